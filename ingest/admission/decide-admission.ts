/**
 * May this message enter, in this validator's eyes? A pure function of the bytes, the clock's reading and what was
 * admitted before. Cheap and certain reasons come first: bytes seen before cost one lookup and no signature check.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Hex32, ProducerId, UnixMillis } from '../../domain/ids.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { holdingNone, type Rescorer } from '../../domain/scoring/rescore.js'
import type { MessageKind, Transaction } from '../../domain/transaction.js'
import { claimOf } from './claims.js'

/** What was admitted within the replay window. */
export type AdmissionMemory = {
  hasMessage(messageHash: Hex32): boolean
  hasNonce(kind: MessageKind, producer: ProducerId, nonce: string): boolean
  hasId(kind: MessageKind, id: string): boolean
}

/** What an admitted message takes, so that no other may take it again. */
export type AdmissionClaim = {
  readonly messageHash: Hex32
  readonly kind: MessageKind
  /** Of the anomaly, the policy or the report. */
  readonly id: string
  /** Whoever signed it. */
  readonly producer: ProducerId
  /** 16 bytes as hex. */
  readonly nonce: string
  readonly time: UnixMillis
}

export type AdmissionDecision =
  | { readonly kind: 'admitted'; readonly messageHash: Hex32; readonly claim: AdmissionClaim }
  | { readonly kind: 'rejected'; readonly messageHash: Hex32; readonly code: RejectCode; readonly field: string; readonly reason: string }
  /** This validator cannot say: no receipt speaks of the message, and others decide. */
  | { readonly kind: 'abstained'; readonly messageHash: Hex32; readonly field: string; readonly reason: string }

export function decideAdmission(
  tx: Transaction, now: UnixMillis, rulesNow: RulesNow, verify: VerifySignature, memory: AdmissionMemory, rescorer: Rescorer = holdingNone(),
): AdmissionDecision {
  const messageHash = sha256Hex(tx.bytes) as Hex32
  const reject = (code: RejectCode, field: string, reason: string): AdmissionDecision => ({ kind: 'rejected', messageHash, code, field, reason })

  if (memory.hasMessage(messageHash)) return reject('DUPLICATE', 'message', 'the same bytes were admitted before')
  const check = claimOf(tx, now, rulesNow, verify, rescorer)
  if (!check.ok) {
    const { code, field, reason } = check
    return code === 'MODEL_NOT_HELD' ? { kind: 'abstained', messageHash, field, reason } : reject(code, field, reason)
  }
  const { kind, id, producer, nonce } = check.claim
  if (memory.hasNonce(kind, producer, nonce)) return reject('REPLAY', 'nonce', 'whoever signed it has used it before')
  if (memory.hasId(kind, id)) return reject('DUPLICATE', 'id', 'a message of this kind with this id was admitted before')
  return { kind: 'admitted', messageHash, claim: { messageHash, ...check.claim } }
}

/** `base` and what this batch admits on top of it. */
export type BatchMemory = AdmissionMemory & { admit(claim: AdmissionClaim): void }

export function createBatchMemory(base: AdmissionMemory): BatchMemory {
  const taken = new Set<string>()
  return {
    hasMessage: (hash) => taken.has(hash) || base.hasMessage(hash),
    hasNonce: (kind, producer, nonce) => taken.has(`${kind} ${producer}/${nonce}`) || base.hasNonce(kind, producer, nonce),
    hasId: (kind, id) => taken.has(`${kind} ${id}`) || base.hasId(kind, id),
    admit({ messageHash, kind, id, producer, nonce }) {
      taken.add(messageHash).add(`${kind} ${id}`).add(`${kind} ${producer}/${nonce}`)
    },
  }
}
