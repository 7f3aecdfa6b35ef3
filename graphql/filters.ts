/** Filters of lists as callers write them, checked, and as queries take them. */
import { isIP } from 'node:net'
import type { LifecycleState } from '../domain/anomaly/events.js'
import { isHex32, isUuid } from '../domain/ids.js'
import { REJECT_CODES } from '../domain/reject-codes.js'
import { LAPSE_REASONS, type AnomalyFilter, type ReportFilter } from '../projections/index.js'
import { badInput } from './errors.js'

export type AnomalyFilterInput = {
  readonly state?: LifecycleState | null
  readonly type?: string | null
  readonly severity?: number | null
  readonly producer?: string | null
  readonly source?: string | null
  readonly sourceAddress?: string | null
  readonly reason?: string | null
  readonly since?: Date | null
  readonly until?: Date | null
}

export type ReportFilterInput = { readonly anomaly?: string | null; readonly type?: string | null; readonly reporter?: string | null }

const LONGEST_TEXT = 256
const REASONS = [...REJECT_CODES, ...LAPSE_REASONS]

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

/** Those of the fields that are given, under the names that queries have for them. */
function given<T extends object>(fields: { readonly [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value))) as T
}

export function checkAnomalyFilter({ state, type, severity, producer, source, sourceAddress, reason, since, until }: AnomalyFilterInput): AnomalyFilter {
  if (isGiven(severity) && (severity < 0 || severity > 10)) throw badInput('filter.severity', `must be from 0 to 10, got ${severity}`)
  if (isGiven(producer) && !isHex32(producer)) throw badInput('filter.producer', 'must be 64 lowercase hex digits')
  checkLength('filter.type', type)
  checkLength('filter.source', source)
  if (isGiven(sourceAddress) && isIP(sourceAddress) === 0) throw badInput('filter.sourceAddress', 'must be an IPv4 or IPv6 address')
  const known = isGiven(reason) ? REASONS.find((one) => one === reason) : undefined
  if (isGiven(reason) && known === undefined) throw badInput('filter.reason', `must be one of ${REASONS.join(', ')}`)
  if (isGiven(since) && isGiven(until) && since >= until) throw badInput('filter.until', 'must be later than filter.since')
  return given<AnomalyFilter>({
    state, type, minSeverity: severity, producerId: producer, source, sourceAddress: sourceAddress?.toLowerCase(), reason: known, since, until,
  } as { [K in keyof AnomalyFilter]: AnomalyFilter[K] | null | undefined })
}

export function checkReportFilter({ anomaly, type, reporter }: ReportFilterInput): ReportFilter {
  if (isGiven(anomaly) && !isUuid(anomaly)) throw badInput('filter.anomaly', 'must be a lowercase UUID')
  if (isGiven(reporter) && !isHex32(reporter)) throw badInput('filter.reporter', 'must be 64 lowercase hex digits')
  checkLength('filter.type', type)
  return given<ReportFilter>({ anomalyId: anomaly, evidenceType: type, reporterId: reporter } as { [K in keyof ReportFilter]: ReportFilter[K] | null | undefined })
}

function checkLength(field: string, text: string | null | undefined): void {
  if (isGiven(text) && text.length > LONGEST_TEXT) throw badInput(field, `must have at most ${LONGEST_TEXT} characters, got ${text.length}`)
}
