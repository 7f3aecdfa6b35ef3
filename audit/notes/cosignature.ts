/**
 * A witness's word on a checkpoint: that at this time, it was the largest consistent tree it had seen.
 * https://c2sp.org/tlog-cosignature (cosignature/v1, Ed25519)
 */
import { ByteWriter, utf8ToBytes } from '../../domain/bytes.js'
import { SIGNATURE_BYTES, type Signer, type VerifySignature } from '../../domain/crypto.js'
import { COSIGNATURE_V1, keyIdOf, type NoteSignature, type NoteVerifier } from './note.js'

const TIME_BYTES = 8
const LATEST_TIME = 2n ** 63n - 1n

const messageOf = (text: string, time: bigint): Uint8Array => utf8ToBytes(`cosignature/v1\ntime ${time}\n${text}`)

/** @param timeSeconds since 1970, a safe integer */
export function cosign(name: string, signer: Signer, text: string, timeSeconds: number): NoteSignature {
  const signature = new ByteWriter(TIME_BYTES + SIGNATURE_BYTES).u64(timeSeconds).raw(signer.sign(messageOf(text, BigInt(timeSeconds)))).finish()
  return { name, keyId: keyIdOf(name, COSIGNATURE_V1, signer.publicKey), signature }
}

export function cosignatureVerifier(name: string, publicKey: Uint8Array, verify: VerifySignature): NoteVerifier {
  return {
    name,
    keyId: keyIdOf(name, COSIGNATURE_V1, publicKey),
    verify(text, signature) {
      if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false
      const time = cosignedAt(signature)
      return time <= LATEST_TIME && verify(publicKey, messageOf(text, time), signature.subarray(TIME_BYTES))
    },
  }
}

/** Seconds since 1970 in the bytes of a cosignature of the right length. */
export const cosignedAt = (signature: Uint8Array): bigint => new DataView(signature.buffer, signature.byteOffset, signature.byteLength).getBigUint64(0)
