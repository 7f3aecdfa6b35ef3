/**
 * What a message of each kind takes for itself when it is admitted, or why it may not enter: one function a kind, of the
 * bytes, the clock's reading and the rules in force. Ids and nonces of one kind say nothing of another's.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { Unvoted } from '../../domain/execution/check-transaction.js'
import type { ProducerId, UnixMillis } from '../../domain/ids.js'
import { checkAnomalyOf } from '../../domain/message/check-anomaly.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import { checkReportOf } from '../../domain/message/check-report.js'
import type { Rescorer } from '../../domain/scoring/rescore.js'
import type { MessageKind, Transaction, TxKind } from '../../domain/transaction.js'
import type { AdmissionClaim } from './decide-admission.js'

export type MessageCheck =
  | { readonly ok: true; readonly claim: Omit<AdmissionClaim, 'messageHash'> }
  | { readonly ok: false; /** `MODEL_NOT_HELD`: this validator cannot say and gives no receipt */ readonly code: Unvoted; /** wire name; "message" for the whole */ readonly field: string; readonly reason: string }

type CheckMessage = (tx: Transaction, now: UnixMillis, rulesNow: RulesNow, verify: VerifySignature, rescorer: Rescorer) => MessageCheck

const checkEvent: CheckMessage = (tx, now, { rules }, verify, rescorer) => {
  const check = checkAnomalyOf(tx, now, rules, verify)
  if (!check.ok) return check
  const score = rescorer.judge({ id: tx.id, scoreClaim: check.scoreClaim }, rules.registry)
  if (!score.ok) return score
  const { id, producerId, nonce, tsSeconds } = check.message
  return { ok: true, claim: { kind: 'event', id, ...signedBy(producerId, nonce, tsSeconds) } }
}

const checkOfPolicy: CheckMessage = (tx, now, { rules, height }, verify) => {
  const check = checkPolicy(tx.bytes, now, height, rules, verify)
  if (!check.ok) return check
  const { id, producerId, nonce, tsSeconds } = check.message
  return { ok: true, claim: { kind: 'policy', id, ...signedBy(producerId, nonce, tsSeconds) } }
}

const signedBy = (signer: Uint8Array, nonce: Uint8Array, tsSeconds: number) =>
  ({ producer: bytesToHex(signer) as ProducerId, nonce: bytesToHex(nonce), time: (tsSeconds * 1000) as UnixMillis })

const checkEvidenceMessage: CheckMessage = (tx, now, { rules }, verify) => {
  const check = checkReportOf(tx, now, rules, verify)
  if (!check.ok) return check
  const { id, producerId, nonce, tsSeconds } = check.message
  return { ok: true, claim: { kind: 'report', id, ...signedBy(producerId, nonce, tsSeconds) } }
}

/** What no block can carry yet is refused rather than kept waiting. */
const refuse: CheckMessage = ({ kind }) => ({ ok: false, code: 'MALFORMED', field: 'message', reason: `no block can carry a ${kind} yet` })

const CHECKS: Readonly<Record<MessageKind, CheckMessage>> = { event: checkEvent, policy: checkOfPolicy, report: checkEvidenceMessage }

const isMessageKind = (kind: TxKind): kind is MessageKind => kind !== 'evidence'

export const claimOf: CheckMessage = (tx, now, rulesNow, verify, rescorer) => (isMessageKind(tx.kind) ? CHECKS[tx.kind] : refuse)(tx, now, rulesNow, verify, rescorer)
