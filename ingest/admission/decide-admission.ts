/**
 * May this message enter, in this validator's eyes? A pure function of the bytes, the clock's reading and what was
 * admitted before. Cheap and certain reasons come first: bytes seen before cost one lookup and no signature check.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import { sha256Hex } from '../../domain/hash.js'
import type { AnomalyId, Hex32, ProducerId, UnixMillis } from '../../domain/ids.js'
import { checkAnomalyOf, type AdmissionRules } from '../../domain/message/check-anomaly.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { Transaction } from '../../domain/transaction.js'

/** What was admitted within the replay window. */
export type AdmissionMemory = {
  hasMessage(messageHash: Hex32): boolean
  hasNonce(producer: ProducerId, nonce: string): boolean
  hasAnomaly(id: AnomalyId): boolean
}

/** What an admitted message takes, so that no other may take it again. */
export type AdmissionClaim = {
  readonly messageHash: Hex32
  readonly anomalyId: AnomalyId
  readonly producer: ProducerId
  /** 16 bytes as hex. */
  readonly nonce: string
  readonly time: UnixMillis
}

export type AdmissionDecision =
  | { readonly kind: 'admitted'; readonly messageHash: Hex32; readonly claim: AdmissionClaim }
  | { readonly kind: 'rejected'; readonly messageHash: Hex32; readonly code: RejectCode; readonly field: string; readonly reason: string }

export function decideAdmission(
  tx: Transaction, now: UnixMillis, rules: AdmissionRules, verify: VerifySignature, memory: AdmissionMemory,
): AdmissionDecision {
  const messageHash = sha256Hex(tx.bytes) as Hex32
  const reject = (code: RejectCode, field: string, reason: string): AdmissionDecision => ({ kind: 'rejected', messageHash, code, field, reason })

  if (memory.hasMessage(messageHash)) return reject('DUPLICATE', 'message', 'the same bytes were admitted before')
  const check = checkAnomalyOf(tx, now, rules, verify)
  if (!check.ok) return reject(check.code, check.field, check.reason)
  const { message } = check
  const producer = bytesToHex(message.producerId) as ProducerId
  const nonce = bytesToHex(message.nonce)
  if (memory.hasNonce(producer, nonce)) return reject('REPLAY', 'nonce', 'this producer has used it before')
  if (memory.hasAnomaly(message.id)) return reject('DUPLICATE', 'id', 'an anomaly with this id was admitted before')
  const time = (message.tsSeconds * 1000) as UnixMillis
  return { kind: 'admitted', messageHash, claim: { messageHash, anomalyId: message.id, producer, nonce, time } }
}

/** `base` and what this batch admits on top of it. */
export type BatchMemory = AdmissionMemory & { admit(claim: AdmissionClaim): void }

export function createBatchMemory(base: AdmissionMemory): BatchMemory {
  const taken = new Set<string>()
  return {
    hasMessage: (hash) => taken.has(hash) || base.hasMessage(hash),
    hasNonce: (producer, nonce) => taken.has(`${producer}/${nonce}`) || base.hasNonce(producer, nonce),
    hasAnomaly: (id) => taken.has(id) || base.hasAnomaly(id),
    admit({ messageHash, anomalyId, producer, nonce }) {
      taken.add(messageHash).add(anomalyId).add(`${producer}/${nonce}`)
    },
  }
}
