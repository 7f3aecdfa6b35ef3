/** An event of the log as a line of the audit trail: who did what to which, with what result. */
import { concatBytes } from '../../domain/bytes.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { sha256, tagBytes } from '../../domain/hash.js'
import type { BatchEntry } from '../runtime/projection.js'

export type AuditSeverity = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'CRITICAL' | 'SECURITY'

export type AuditRecord = {
  readonly eventType: string
  readonly severity: AuditSeverity
  readonly actor: string
  readonly action: string
  readonly resource: string
  readonly result: string
  readonly fields: Readonly<Record<string, string | number | null>>
}

const RECORD_TAG = tagBytes('cybermesh/audit-record/v1')
/** prev_hash of the first row. */
export const FIRST_PREVIOUS_HASH = new Uint8Array(32)

/** Chains a row to the one before it: SHA-256(tag ‖ previous ‖ leaf). */
export const recordHash = (previous: Uint8Array, leaf: Uint8Array): Uint8Array => sha256(concatBytes(RECORD_TAG, previous, leaf))

export function auditRecordOf(entry: BatchEntry): AuditRecord {
  if (entry.kind === 'event') return { eventType: entry.recorded.event.type, ...describe(entry.recorded) }
  return { eventType: 'Unreadable', severity: 'ERROR', actor: 'recorder', action: 'append', resource: 'log', result: 'failure', fields: { error: entry.error } }
}

function describe({ event, stream }: RecordedEvent): Omit<AuditRecord, 'eventType'> {
  switch (event.type) {
    case 'ValidatorRegistered': {
      const { validatorId, name, publicKey } = event.data
      return { severity: 'INFO', actor: 'genesis', action: 'register', resource: stream, result: 'success', fields: { validatorId, name, publicKey } }
    }
    case 'AnomalyPublished': {
      const { producerId, authentic, anomalyType, severity, messageHash, contentHash } = event.data
      return {
        severity: authentic ? 'INFO' : 'SECURITY', actor: producerId ?? 'unknown', action: 'publish', resource: stream, result: 'success',
        fields: { anomalyType, severity, messageHash, contentHash },
      }
    }
    case 'AnomalyAdmitted': {
      const { by } = event.data
      return by.kind === 'receipt'
        ? { severity: 'INFO', actor: by.receipt.validator, action: 'admit', resource: stream, result: 'success', fields: {} }
        : { severity: 'INFO', actor: 'quorum', action: 'admit', resource: stream, result: 'success', fields: { height: by.placement.height } }
    }
    case 'AnomalyRejected': {
      const { by, code } = event.data
      const severity = code === 'INVALID_SIGNATURE' || code === 'UNKNOWN_PRODUCER' || code === 'REPLAY' ? 'SECURITY' : 'WARN'
      const evidence = by.kind === 'receipts' ? { validators: by.receipts.map(({ validator }) => validator).join(',') } : { height: by.placement.height }
      return { severity, actor: 'quorum', action: 'reject', resource: stream, result: 'success', fields: { code, ...evidence } }
    }
    case 'AnomalyTimedOut':
      return { severity: 'WARN', actor: 'recorder', action: 'time-out', resource: stream, result: 'success', fields: { stage: event.data.stage, waitedForMs: event.data.waitedForMs } }
    case 'AnomalyExpired':
      return { severity: 'WARN', actor: 'recorder', action: 'expire', resource: stream, result: 'success', fields: { validUntil: event.data.validUntil } }
    case 'AnomalyCommitted': {
      const { height, txIndex, blockHash } = event.data.placement
      return { severity: 'INFO', actor: 'quorum', action: 'commit', resource: stream, result: 'success', fields: { height, txIndex, blockHash } }
    }
    case 'BlockCommitted': {
      const { height, blockHash, stateRoot, transactions, certificateSigners, proposer } = event.data
      return {
        severity: 'INFO', actor: proposer, action: 'commit', resource: stream, result: 'success',
        fields: { height, blockHash, stateRoot, transactions: transactions.length, signers: certificateSigners.length },
      }
    }
    case 'PolicyRecorded': {
      const { authority, authorityName, action, rule, params, effectiveHeight, expirationHeight, rollbackOf, placement, outcome, code } = event.data
      return {
        severity: 'SECURITY', actor: authorityName ?? authority, action: `policy-${action}`, resource: stream, result: outcome === 'applied' ? 'success' : 'failure',
        fields: { rule, params, authority, effectiveHeight, expirationHeight, rollbackOf, height: placement.height, txIndex: placement.txIndex, code },
      }
    }
    case 'PolicyLapsed': {
      const { authority, authorityName, action, rule, params, effectiveHeight, expirationHeight, rollbackOf, reason, height } = event.data
      return {
        severity: 'WARN', actor: authorityName ?? authority, action: `policy-${action}`, resource: stream, result: 'failure',
        fields: { rule, params, authority, effectiveHeight, expirationHeight, rollbackOf, height, lapsed: reason },
      }
    }
    case 'MessageRefused': {
      const { kind, code, receipts, messageHash } = event.data
      const severity = code === 'INVALID_SIGNATURE' || code === 'UNKNOWN_PRODUCER' || code === 'REPLAY' ? 'SECURITY' : 'WARN'
      return { severity, actor: 'quorum', action: `refuse-${kind}`, resource: stream, result: 'success', fields: { code, messageHash, validators: receipts.map(({ validator }) => validator).join(',') } }
    }
    case 'ReportRecorded': {
      const { reporterId, evidenceType, contentHash, anomalyIds, verdict, placement, outcome } = event.data
      const isApplied = outcome.kind === 'applied'
      return {
        severity: isApplied ? 'INFO' : 'WARN', actor: reporterId, action: verdict === undefined ? 'submit-evidence' : 'give-verdict', resource: stream, result: isApplied ? 'success' : 'failure',
        fields: { evidenceType, contentHash, height: placement.height, anomalies: anomalyIds.length, verdict: verdict?.verdict ?? null, code: isApplied ? null : outcome.code },
      }
    }
    case 'OperatorActionRecorded': {
      const { actor, action, resource, result, reason, fields } = event.data
      return { severity: severityOf(action, result), actor, action, resource, result, fields: { ...fields, reason } }
    }
  }
}

/** What changes who may do what, what takes data out, and who was not let in is for whoever guards the mesh. */
const GUARDED = /^(login|keys\.|policy\.|export\.)/

const severityOf = (action: string, result: 'success' | 'failure'): AuditSeverity => (GUARDED.test(action) ? 'SECURITY' : result === 'success' ? 'INFO' : 'WARN')
