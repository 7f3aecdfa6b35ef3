/**
 * Remembers which signatures verified. The key of an entry covers everything the verdict depends on, the whole
 * signature included, so one good copy never lets a forged one pass; refusals are not remembered, so a flood of
 * garbage cannot push good entries out.
 */
import { createHash } from 'node:crypto'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type VerifySignature } from '../../domain/crypto.js'

/** @param maxEntries bound of the cache, least recently used first out; about 150 bytes an entry */
export function createVerifiedCache(verify: VerifySignature, maxEntries: number): VerifySignature {
  const verified = new Set<string>()

  return function verifyOnce(publicKey, message, signature) {
    // Fixed widths keep the three parts of the hashed bytes apart.
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const entry = createHash('sha256').update(publicKey).update(signature).update(message).digest('base64')
    if (verified.delete(entry)) {
      verified.add(entry)
      return true
    }
    if (!verify(publicKey, message, signature)) return false
    verified.add(entry)
    if (verified.size > maxEntries) verified.delete(verified.values().next().value as string)
    return true
  }
}
