import * as noble from '@noble/ed25519'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import { createAcceptLater, createSigner, createVerifier, isTorsionFree, verifySignature, verifyZip215 } from './ed25519.js'

const signer = createSigner(sha256(utf8ToBytes('signer')))
const { Point } = noble

/** The eight points of small order, and their encodings that ZIP-215 alone admits (y not reduced, sign bit on x = 0). */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(hexToBytes)
const TORSION = Point.fromBytes(hexToBytes('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'), true)
const { n: ORDER } = Point.CURVE()

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`)
const toLittleEndian = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, '0')).reverse()

/** A signature by `secret` whose key and nonce point are shifted by torsion: valid by the cofactored equation only. */
function torsionSignature(secret: bigint, nonce: bigint, message: Uint8Array, shiftKey: number, shiftNonce: number) {
  const shift = (times: number) => (times === 0 ? Point.ZERO : TORSION.multiply(BigInt(times), false))
  const publicKey = Point.BASE.multiply(secret).add(shift(shiftKey)).toBytes()
  const r = Point.BASE.multiply(nonce).add(shift(shiftNonce)).toBytes()
  const k = littleEndian(noble.hashes.sha512!(concatBytes(r, publicKey, message))) % ORDER
  return { publicKey, signature: concatBytes(r, toLittleEndian((nonce + k * secret) % ORDER)) }
}

const expectSame = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  const verdict = verifyZip215(publicKey, message, signature)
  expect(verifySignature(publicKey, message, signature)).toBe(verdict)
  return verdict
}

describe('signature validity is ZIP-215, whichever library answers', () => {
  test('honest signatures verify and equal those of the other library', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 200 }), (seed, message) => {
      const own = createSigner(seed)
      expect(bytesToHex(own.publicKey)).toBe(bytesToHex(noble.getPublicKey(seed)))
      expect(bytesToHex(own.sign(message))).toBe(bytesToHex(noble.sign(message, seed)))
      expect(expectSame(own.publicKey, message, own.sign(message))).toBe(true)
    }), { numRuns: 40 })
  })

  test('a changed bit anywhere is refused', () => {
    const message = utf8ToBytes('two of five is not enough')
    const signature = signer.sign(message)
    fc.assert(fc.property(fc.constantFrom('key', 'message', 'signature'), fc.nat(), (part, at) => {
      const parts = { key: signer.publicKey.slice(), message: message.slice(), signature: signature.slice() }
      const bytes = parts[part as keyof typeof parts]
      bytes[(at >> 3) % bytes.length]! ^= 1 << (at & 7)
      expect(expectSame(parts.key, parts.message, parts.signature)).toBe(false)
    }), { numRuns: 60 })
  })

  test('small-order keys and nonce points get the verdict of the definition, not of OpenSSL', () => {
    const zero = new Uint8Array(32)
    let accepted = 0
    for (const publicKey of SMALL_ORDER) {
      for (const r of SMALL_ORDER) if (expectSame(publicKey, utf8ToBytes('m'), concatBytes(r, zero))) accepted += 1
    }
    expect(accepted).toBe(SMALL_ORDER.length ** 2)
  })

  test('keys and nonce points with torsion get the verdict of the definition', () => {
    fc.assert(fc.property(fc.bigInt(2n, 1n << 200n), fc.bigInt(2n, 1n << 200n), fc.nat({ max: 7 }), fc.nat({ max: 7 }), (secret, nonce, a, b) => {
      const message = utf8ToBytes('torsion')
      const { publicKey, signature } = torsionSignature(secret, nonce, message, a, b)
      expect(expectSame(publicKey, message, signature)).toBe(true)
      expect(isTorsionFree(publicKey)).toBe(a === 0)
    }), { numRuns: 25 })
  })

  test('an s not below the group order is refused: a signature has one form', () => {
    const message = utf8ToBytes('m')
    const signature = signer.sign(message)
    const raised = concatBytes(signature.slice(0, 32), toLittleEndian(littleEndian(signature.slice(32)) + ORDER))
    expect(expectSame(signer.publicKey, message, raised)).toBe(false)
  })

  test('bytes of any length are refused without an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 130 }), (key, message, signature) => {
      expect(verifySignature(key, message, signature)).toBe(false)
    }), { numRuns: 100 })
    expect(verifySignature(signer.publicKey, utf8ToBytes('m'), concatBytes(signer.sign(utf8ToBytes('m')), Uint8Array.of(0)))).toBe(false)
  })

  test('more keys than the verifier keeps change nothing', () => {
    const verify = createVerifier(2)
    const message = utf8ToBytes('m')
    const signers = [0, 1, 2, 3, 0, 1].map((n) => createSigner(sha256(Uint8Array.of(n))))
    for (const one of signers) expect(verify(one.publicKey, message, one.sign(message))).toBe(true)
  })
})

test('what the thread pool accepts is valid, and what it rejects is left open', async () => {
  const accept = createAcceptLater()
  const message = utf8ToBytes('later')
  expect(await accept(signer.publicKey, message, signer.sign(message))).toBe(true)
  expect(await accept(signer.publicKey, utf8ToBytes('other'), signer.sign(message))).toBe(false)
  expect(await accept(new Uint8Array(31), message, signer.sign(message))).toBe(false)
  const zero = new Uint8Array(32)
  for (const publicKey of SMALL_ORDER) {
    for (const r of SMALL_ORDER) if (await accept(publicKey, message, concatBytes(r, zero))) expect(verifyZip215(publicKey, message, concatBytes(r, zero))).toBe(true)
  }
  for (let a = 0; a < 8; a++) {
    const { publicKey, signature } = torsionSignature(7n, 11n, message, a, (a * 3) % 8)
    if (await accept(publicKey, message, signature)) expect(verifyZip215(publicKey, message, signature)).toBe(true)
  }
})

describe('keys fit for registration', () => {
  test('honest keys are; small-order, shifted, non-canonical and nonsensical ones are not', () => {
    expect(isTorsionFree(signer.publicKey)).toBe(true)
    for (const publicKey of SMALL_ORDER) expect(isTorsionFree(publicKey)).toBe(false)
    expect(isTorsionFree(Point.fromBytes(signer.publicKey).add(TORSION).toBytes())).toBe(false)
    expect(isTorsionFree(new Uint8Array(31))).toBe(false)
    expect(isTorsionFree(new Uint8Array(32).fill(0xff))).toBe(false)
  })
})
