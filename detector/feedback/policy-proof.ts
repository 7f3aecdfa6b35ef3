/**
 * What makes a policy update more than its sender's word: the message that was committed rides with it. Its transaction
 * id must be found, as a success, among the receipts of a proven block.
 */
import { bytesEqual } from '../../domain/bytes.js'
import type { TxId } from '../../domain/ids.js'
import { decodePolicy } from '../../domain/message/policy.js'
import type { PolicyUpdateDraft } from '../../domain/message/policy-update.js'
import { readPolicy, textOfParams, type Policy } from '../../domain/policy/policy.js'
import { POLICY_ACTIONS, POLICY_RULES } from '../../domain/policy/kinds.js'
import { createTransaction } from '../../domain/transaction.js'
import { POLICY_MESSAGE_HEADER } from '../../ingest/publisher/policy-notice.js'

export type PolicyProofFault = 'missing' | 'unreadable' | 'other-policy'

export type PolicyProofRead = { readonly ok: true; readonly txId: TxId } | { readonly ok: false; readonly fault: PolicyProofFault }

/** Far more than a policy's message as base64. */
const MAX_TEXT = 64 * 1024

/** What the update says; undefined where that is no policy. */
export function policyOf(update: PolicyUpdateDraft): Policy | undefined {
  const action = POLICY_ACTIONS.find((known) => known === update.action)
  const rule = POLICY_RULES.find((known) => known === update.ruleType)
  const params = textOfParams(update.ruleData)
  if (action === undefined || rule === undefined || params === undefined) return undefined
  const read = readPolicy({ id: update.policyId, action, rule, params })
  if (!read.ok) return undefined
  const { policy } = read
  const isIt = policy.effectiveHeight === update.effectiveHeight && (policy.expirationHeight ?? 0) === update.expirationHeight && (policy.rollbackOf ?? '') === update.rollbackOf
  return isIt ? policy : undefined
}

/** The transaction that the update claims to be. */
export function readPolicyProof(update: PolicyUpdateDraft, headers: Readonly<Record<string, string>>): PolicyProofRead {
  const fault = (name: PolicyProofFault): PolicyProofRead => ({ ok: false, fault: name })
  const text = headers[POLICY_MESSAGE_HEADER]
  if (text === undefined) return fault('missing')
  if (text.length > MAX_TEXT) return fault('unreadable')
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  const decoded = decodePolicy(bytes)
  if (!decoded.ok) return fault('unreadable')
  const { id, action, rule, params } = decoded.message
  const isIt = id === update.policyId && action === update.action && rule === update.ruleType && bytesEqual(params, update.ruleData)
  return isIt ? { ok: true, txId: createTransaction('policy', bytes).id } : fault('other-policy')
}
