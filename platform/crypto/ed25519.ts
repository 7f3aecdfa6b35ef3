/**
 * Ed25519 with one meaning of "valid" everywhere: ZIP-215. OpenSSL is fast and accepts a strict subset of it, so what
 * OpenSSL accepts is valid, and what it rejects @noble/ed25519 decides. No function here throws on hostile bytes.
 */
import { createPrivateKey, createPublicKey, sign as signNode, verify as verifyNode, type KeyObject } from 'node:crypto'
import * as noble from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '../../domain/bytes.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Signer, type VerifySignature } from '../../domain/crypto.js'
// Whoever signs or verifies hashes too.
import './native-hash.js'

noble.hashes.sha512 = sha512

export const SEED_BYTES = 32

// DER around a raw key, RFC 8410 §7 and §4.
const PKCS8_PREFIX = hexToBytes('302e020100300506032b657004220420')
const SPKI_PREFIX = hexToBytes('302a300506032b6570032100')

/** @param seed 32 bytes of private key, RFC 8032 §5.1.5 */
export function createSigner(seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) throw new RangeError(`an Ed25519 seed has ${SEED_BYTES} bytes, got ${seed.length}`)
  const key = createPrivateKey({ key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.length))
  return { publicKey, sign: (message) => new Uint8Array(signNode(null, message, key)) }
}

/** A verifier with its own bounded cache of imported keys: importing costs half as much as verifying. */
export function createVerifier(maxKeys = 1024): VerifySignature {
  const keyObject = createKeyCache(maxKeys)
  return function verify(publicKey, message, signature) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const key = keyObject(publicKey)
    if (key !== undefined && acceptedByNode(key, message, signature)) return true
    return verifyZip215(publicKey, message, signature)
  }
}

/**
 * OpenSSL's verdict alone, which is final where messages enter: to refuse a forgery under ZIP-215 takes plain JavaScript
 * five times as long as to accept a good one, and anybody can forge. What is refused here though ZIP-215 would accept it
 * only the key's own holder can make. Votes and execution never use this.
 */
export function createStrictVerifier(maxKeys = 1024): VerifySignature {
  const keyObject = createKeyCache(maxKeys)
  return function verifyStrictly(publicKey, message, signature) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const key = keyObject(publicKey)
    return key !== undefined && acceptedByNode(key, message, signature)
  }
}

/** True for a signature that is surely valid; false says nothing yet. Never rejects. */
export type AcceptLater = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>

/** OpenSSL's verdict from the thread pool. What it rejects, `createVerifier` decides, in plain JavaScript and once. */
export function createAcceptLater(maxKeys = 1024): AcceptLater {
  const keyObject = createKeyCache(maxKeys)
  return async function acceptLater(publicKey, message, signature) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const key = keyObject(publicKey)
    return key !== undefined && acceptedOnThreadPool(key, message, signature)
  }
}

/** @returns undefined for bytes that OpenSSL takes for no key */
function createKeyCache(maxKeys: number): (publicKey: Uint8Array) => KeyObject | undefined {
  const keys = new Map<string, KeyObject>()
  return (publicKey) => {
    const id = bytesToHex(publicKey)
    const known = keys.get(id)
    if (known !== undefined) return known
    try {
      const key = createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, publicKey)), format: 'der', type: 'spki' })
      if (keys.size >= maxKeys) keys.delete(keys.keys().next().value as string)
      keys.set(id, key)
      return key
    } catch {
      return undefined
    }
  }
}

export const verifySignature: VerifySignature = createVerifier()

function acceptedByNode(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyNode(null, message, key, signature)
  } catch {
    return false
  }
}

function acceptedOnThreadPool(key: KeyObject, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      verifyNode(null, message, key, signature, (error, isValid) => resolve(error === null && isValid))
    } catch {
      resolve(false)
    }
  })
}

/** ZIP-215 in plain JavaScript: the definition that `verifySignature` must equal. */
export function verifyZip215(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return noble.verify(signature, message, publicKey, { zip215: true })
  } catch {
    return false
  }
}

/**
 * May this key be registered? False for bytes that are no canonical point, for small-order points and for keys with a
 * torsion component: with those, one signature can be made to verify for many messages.
 */
export function isTorsionFree(publicKey: Uint8Array): boolean {
  try {
    const point = noble.Point.fromBytes(publicKey)
    return !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    return false
  }
}
