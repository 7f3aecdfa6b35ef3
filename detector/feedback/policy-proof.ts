/**
 * What makes a policy update more than its sender's word: the message that was committed rides with it. Its transaction
 * id must be found, as a success, among the receipts of a proven block.
 */
import { bytesEqual } from '../../domain/bytes.js'
import type { TxId } from '../../domain/ids.js'
import type { PolicyUpdateDraft } from '../../domain/message/policy-update.js'
import { createTransaction } from '../../domain/transaction.js'
import { PolicyEvent } from '../../proto/messages.js'
import { POLICY_MESSAGE_HEADER } from '../../ingest/publisher/policy-notice.js'

export type PolicyProofFault = 'missing' | 'unreadable' | 'other-policy'

export type PolicyProofRead = { readonly ok: true; readonly txId: TxId } | { readonly ok: false; readonly fault: PolicyProofFault }

/** A message of 64 KB of rules, as base64. */
const MAX_TEXT = 256 * 1024

/** The transaction that the update claims to be. */
export function readPolicyProof(update: PolicyUpdateDraft, headers: Readonly<Record<string, string>>): PolicyProofRead {
  const fault = (name: PolicyProofFault): PolicyProofRead => ({ ok: false, fault: name })
  const text = headers[POLICY_MESSAGE_HEADER]
  if (text === undefined) return fault('missing')
  if (text.length > MAX_TEXT) return fault('unreadable')
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  const message = decode(bytes)
  const params = message === undefined ? undefined : parse(message.params)
  if (message === undefined || params === undefined) return fault('unreadable')
  const isIt = message.action === update.action && message.rule === update.ruleType && bytesEqual(message.params, update.ruleData)
    && params['policyId'] === update.policyId && params['effectiveHeight'] === update.effectiveHeight
    && (params['expirationHeight'] ?? 0) === update.expirationHeight && (params['rollbackOf'] ?? '') === update.rollbackOf
  return isIt ? { ok: true, txId: createTransaction('policy', bytes).id } : fault('other-policy')
}

function decode(bytes: Uint8Array): PolicyEvent | undefined {
  try {
    return PolicyEvent.decode(bytes)
  } catch {
    return undefined
  }
}

function parse(params: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(params))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined
  } catch {
    return undefined
  }
}
