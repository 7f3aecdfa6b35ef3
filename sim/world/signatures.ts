/**
 * Signatures inside a simulation. Real Ed25519 costs more than all else together, so most worlds sign with a hash keyed
 * by a secret that only this file knows: nobody in the simulation can make one without the signer. A signature without
 * its mark is checked as real Ed25519, since the keys are real.
 */
import { createSigner, createVerifier } from '../../platform/crypto/ed25519.js'
import { rememberVerdicts } from '../../platform/crypto/remember-verdicts.js'
import { bytesEqual, utf8ToBytes } from '../../domain/bytes.js'
import { SIGNATURE_BYTES, type Signer, type VerifySignature } from '../../domain/crypto.js'
import { sha256 } from '../../domain/hash.js'

export type SignatureMode = 'fast' | 'ed25519'

/** First bytes of a signature of this file. */
const MARK = utf8ToBytes('sim-hash')

const signers = new Map<string, Signer>()
const secrets = new Map<number, { readonly publicKey: Uint8Array; readonly secret: Uint8Array }>()

/** The key whose seed is SHA-256 of its name, as everywhere in the tests. */
export function realSigner(name: string): Signer {
  const known = signers.get(name)
  if (known !== undefined) return known
  const seed = sha256(utf8ToBytes(name))
  const signer = createSigner(seed)
  signers.set(name, signer)
  secrets.set(shortOf(signer.publicKey), { publicKey: signer.publicKey, secret: sha256(seed) })
  return signer
}

export function signerOf(name: string, mode: SignatureMode): Signer {
  const real = realSigner(name)
  if (mode === 'ed25519') return real
  const { secret } = secrets.get(shortOf(real.publicKey)) as { secret: Uint8Array }
  return { publicKey: real.publicKey, sign: (message) => keyedHash(secret, message) }
}

/** A verifier for one world: each distinct real signature is computed once, however many nodes ask. */
export function createSimVerifier(): VerifySignature {
  const verifyReal = rememberVerdicts(createVerifier())
  return (publicKey, message, signature) => {
    if (!isMarked(signature)) return verifyReal(publicKey, message, signature)
    const key = secrets.get(shortOf(publicKey))
    return key !== undefined && bytesEqual(key.publicKey, publicKey) && bytesEqual(keyedHash(key.secret, message), signature)
  }
}

const shortOf = (key: Uint8Array): number => (key[0] as number) * 0x10000 + (key[1] as number) * 0x100 + (key[2] as number)

function isMarked(signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  for (let i = 0; i < MARK.length; i++) if (signature[i] !== MARK[i]) return false
  return true
}

/** Four lanes of a multiplicative hash over secret and message: not for the outside world, quick and even here. */
function keyedHash(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const lanes: Lanes = { a: 0x243f6a88, b: 0x05a308d3, c: 0x13198a2e, d: 0x03707344 }
  mix(lanes, secret)
  mix(lanes, message)
  mix(lanes, secret)
  let { a, b, c, d } = lanes
  const signature = new Uint8Array(SIGNATURE_BYTES)
  signature.set(MARK)
  for (let at = MARK.length, round = 0; at < SIGNATURE_BYTES; at += 4, round++) {
    a = Math.imul(a ^ (a >>> 16) ^ d, 0x45d9f3b) + round
    b = Math.imul(b ^ (b >>> 15) ^ a, 0x2c1b3c6d)
    c = Math.imul(c ^ (c >>> 13) ^ b, 0x297a2d39)
    d = Math.imul(d ^ (d >>> 16) ^ c, 0x165667b1)
    signature[at] = d
    signature[at + 1] = d >>> 8
    signature[at + 2] = d >>> 16
    signature[at + 3] = d >>> 24
  }
  return signature
}

type Lanes = { a: number; b: number; c: number; d: number }

/** Takes in words of four bytes, the last one filled up with zeros, and the length. */
function mix(lanes: Lanes, bytes: Uint8Array): void {
  let { a, b, c, d } = lanes
  for (let at = 0; at <= bytes.length; at += 4) {
    // Past the end a byte is undefined, which counts as zero; the last word of all carries the length.
    const word = at + 4 > bytes.length
      ? ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) ^ (bytes.length << 24)
      : (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    a = Math.imul(a ^ word, 0x01000193)
    b = Math.imul((b ^ word) + (a >>> 13), 0x85ebca6b)
    c = Math.imul(c + word, 0xc2b2ae35) ^ (b >>> 15)
    d = Math.imul(d ^ (c >>> 7), 0x27d4eb2f) + word
  }
  lanes.a = a
  lanes.b = b
  lanes.c = c
  lanes.d = d
}
