/**
 * Remembers which signatures verified. The key of an entry covers everything the verdict depends on, the whole
 * signature included, so one good copy never lets a forged one pass; refusals are not remembered, so a flood of
 * garbage cannot push good entries out.
 */
import { createHash, hash } from 'node:crypto'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type VerifySignature } from '../../domain/crypto.js'
import { oldestFirst } from '../../domain/oldest-first.js'
import type { AcceptLater } from './ed25519.js'

/** Whose signature over which bytes. */
export type SignatureClaim = { readonly publicKey: Uint8Array; readonly message: Uint8Array; readonly signature: Uint8Array }

export type SignatureChecks = {
  readonly verify: VerifySignature
  /** For messages from outside: what `ahead` did not accept is refused and not looked at again. */
  readonly strictly: VerifySignature
  /**
   * Checks off the main thread what is not known yet, so that `verify` answers from memory afterwards; what is not
   * accepted there `verify` decides when it is asked. Undefined when all are known already, and for a few, which `verify`
   * checks sooner than a thread could. A signature that is asked for twice meanwhile is checked once.
   */
  ahead(claims: readonly SignatureClaim[]): Promise<void> | undefined
}

/**
 * A check takes 70 µs. Handing a single one to a thread and taking its verdict back takes another 40 µs of processor
 * time, and on a busy machine much longer to come round; 10 µs each where many go together.
 */
const FEW_CLAIMS = 8
/** Two batches of messages. */
const REFUSED_ENTRIES = 1000

/**
 * @param maxEntries bound of the memory, least recently used first out; about 150 bytes an entry
 * @param few how many claims are left to `verify`
 * @param strict a subset of `verify` that is as quick to refuse as to accept, and agrees with `acceptLater`
 */
export function createSignatureChecks(
  verify: VerifySignature, acceptLater: AcceptLater, maxEntries: number, few = FEW_CLAIMS, strict: VerifySignature = verify,
): SignatureChecks {
  const verified = new Set<string>()
  // Between `ahead` and the question it was for; apart from the good ones.
  const refused = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const oldestVerified = oldestFirst(verified)
  const oldestRefused = oldestFirst(refused)

  const remember = (entry: string): void => {
    verified.add(entry)
    if (verified.size > maxEntries) verified.delete(oldestVerified() as string)
  }
  const noteRefusal = (entry: string): void => {
    refused.add(entry)
    if (refused.size > REFUSED_ENTRIES) refused.delete(oldestRefused() as string)
  }
  const checkLater = async (entry: string, { publicKey, message, signature }: SignatureClaim): Promise<void> => {
    if (await acceptLater(publicKey, message, signature)) remember(entry)
    else noteRefusal(entry)
    running.delete(entry)
  }
  const remembering = (check: VerifySignature, isRefused: (entry: string) => boolean): VerifySignature => (publicKey, message, signature) => {
    // Fixed widths keep the three parts of the hashed bytes apart.
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const entry = entryOf(publicKey, message, signature)
    if (verified.delete(entry)) {
      verified.add(entry)
      return true
    }
    if (isRefused(entry) || !check(publicKey, message, signature)) return false
    remember(entry)
    return true
  }
  const strictly = remembering(strict, (entry) => refused.delete(entry))

  return {
    verify: Object.assign(remembering(verify, () => false), { isImpliedBy: strictly }),
    strictly,
    ahead(claims) {
      if (claims.length <= few) return undefined
      const pending: Promise<void>[] = []
      for (const claim of claims) {
        if (claim.publicKey.length !== PUBLIC_KEY_BYTES || claim.signature.length !== SIGNATURE_BYTES) continue
        const entry = entryOf(claim.publicKey, claim.message, claim.signature)
        if (verified.has(entry)) continue
        const known = running.get(entry)
        const check = known ?? checkLater(entry, claim)
        if (known === undefined) running.set(entry, check)
        pending.push(check)
      }
      return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
    },
  }
}

/** The memory alone, for whoever has no time to check ahead. */
export function createVerifiedCache(verify: VerifySignature, maxEntries: number): VerifySignature {
  return createSignatureChecks(verify, (...claim) => Promise.resolve(verify(...claim)), maxEntries).verify
}

const HEAD_BYTES = PUBLIC_KEY_BYTES + SIGNATURE_BYTES
/** Written anew for each entry: votes and nearly all messages of producers fit. */
const preimage = new Uint8Array(64 * 1024)

function entryOf(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): string {
  const length = HEAD_BYTES + message.length
  // Hashing in one call costs a quarter of what a hash object does.
  if (length > preimage.length) return createHash('sha256').update(publicKey).update(signature).update(message).digest('base64')
  preimage.set(publicKey)
  preimage.set(signature, PUBLIC_KEY_BYTES)
  preimage.set(message, HEAD_BYTES)
  return hash('sha256', preimage.subarray(0, length), 'base64')
}
