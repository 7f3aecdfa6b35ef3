/** Resolvers: each checks its arguments and asks one query; everything nested goes through the loaders of the request. */
import type { LifecycleState } from '../domain/anomaly/events.js'
import { isHex32, isUuid } from '../domain/ids.js'
import {
  countTimeline, listAnomalies, listBlocks, listEvidence, listNewestCalibrationRows, listPolicies, listProducers, listReports, listReputationChanges, readAuditRoot, readCounts, readProjectionStatus,
  readStateRoot,
  type AnomalyFilter, type AnomalyView, type BlockView, type CalibrationView, type EvidenceView, type HourView, type PolicyView, type ReportFilter, type ReportView, type ReputationChangeView, type TransactionView, type ValidatorView,
} from '../projections/index.js'
import { readConnection, type ConnectionArguments } from './connection.js'
import type { ApiContext } from './context.js'
import { badInput } from './errors.js'
import { readHours } from './hours.js'
import { lifecycleOf, type LifecycleStep } from './lifecycle.js'
import { readRules } from './rules.js'
import { Long, Time } from './scalars.js'

type FilterInput = {
  readonly state?: LifecycleState | null
  readonly type?: string | null
  readonly severity?: number | null
  readonly producer?: string | null
  readonly since?: Date | null
  readonly until?: Date | null
}

export const resolvers = {
  Long,
  Time,
  Query: {
    anomaly: (_: unknown, { id }: { id: string }, context: ApiContext) => {
      if (!isUuid(id)) throw badInput('id', 'must be a lowercase UUID')
      return context.anomalies.load(id)
    },
    anomalies: (_: unknown, { filter, ...page }: ConnectionArguments & { filter?: FilterInput | null }, { sources }: ApiContext) => {
      const checked = checkFilter(filter ?? {})
      return readConnection<AnomalyView>('anomaly', page, ({ position }) => position, (keyset) => listAnomalies(sources.sql, checked, keyset))
    },
    blocks: (_: unknown, page: ConnectionArguments, { sources }: ApiContext) =>
      readConnection<BlockView>('block', page, ({ height }) => height, (keyset) => listBlocks(sources.sql, keyset)),
    block: (_: unknown, { height }: { height: number }, context: ApiContext) => context.blocks.load(height),
    validators: async (_: unknown, _arguments: unknown, context: ApiContext) => [...(await context.validators()).values()],
    evidence: (_: unknown, _arguments: unknown, { sources }: ApiContext) => listEvidence(sources.sql),
    evidenceReports: (_: unknown, { filter, ...page }: ConnectionArguments & { filter?: ReportFilterInput | null }, { sources }: ApiContext) => {
      const checked = checkReportFilter(filter ?? {})
      return readConnection<ReportView>('report', page, ({ position }) => position, (keyset) => listReports(sources.sql, checked, keyset))
    },
    producers: (_: unknown, _arguments: unknown, { sources }: ApiContext) => listProducers(sources.sql),
    reputationChanges: (_: unknown, { subject, ...page }: ConnectionArguments & { subject?: string | null }, { sources }: ApiContext) => {
      if (subject !== undefined && subject !== null && !isHex32(subject)) throw badInput('subject', 'must be 64 lowercase hex digits: the id of a validator or a producer')
      return readConnection<ReputationChangeView>('change', page, ({ number }) => number, (keyset) => listReputationChanges(sources.sql, subject ?? undefined, keyset))
    },
    policies: (_: unknown, page: ConnectionArguments, { sources }: ApiContext) =>
      readConnection<PolicyView>('policy', page, ({ logPosition }) => logPosition, (keyset) => listPolicies(sources.sql, keyset)),
    rules: readRules,
    calibrationRows: (_: unknown, page: ConnectionArguments, { sources }: ApiContext) =>
      readConnection<CalibrationView>('calibration', page, ({ position }) => position, (keyset) => listNewestCalibrationRows(sources.sql, keyset)),
    hours: readHours,
    stateRoot: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readStateRoot(sources.sql),
    timelineCount: (_: unknown, { state }: { state: LifecycleState }, { sources }: ApiContext) => countTimeline(sources.timelines, state),
    counts: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readCounts(sources.sql),
    projections: async (_: unknown, _arguments: unknown, { sources, projections }: ApiContext) => readProjectionStatus(projections, await sources.log.length()),
    auditRoot: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readAuditRoot(sources.sql),
    roundTable: (_: unknown, _arguments: unknown, { sources }: ApiContext) => sources.roundTable?.() ?? [],
    logPosition: (_: unknown, _arguments: unknown, { sources }: ApiContext) => sources.log.length(),
  },
  Anomaly: {
    lifecycle: lifecycleOf,
    block: ({ blockHeight }: AnomalyView, _: unknown, context: ApiContext) => (blockHeight === null ? null : context.blocks.load(blockHeight)),
    // A duplicate also names the anomaly that it repeats, and says nothing of that one.
    verdicts: async ({ id }: AnomalyView, _: unknown, context: ApiContext) => (await context.reports.load(id)).filter(({ verdictAnomalyId }) => verdictAnomalyId === id),
    evidence: async ({ id }: AnomalyView, _: unknown, context: ApiContext) => (await context.reports.load(id)).filter(({ verdict }) => verdict === null),
  },
  Verdict: {
    id: ({ reportId }: ReportView) => reportId,
    verdict: ({ verdict }: ReportView) => verdict?.toUpperCase(),
    givenAt: ({ reportedAt }: ReportView) => reportedAt,
    block: ({ blockHeight }: ReportView, _: unknown, context: ApiContext) => context.blocks.load(blockHeight),
  },
  EvidenceReport: {
    id: ({ reportId }: ReportView) => reportId,
    type: ({ evidenceType }: ReportView) => evidenceType,
    sizeBytes: ({ proofBytes }: ReportView) => proofBytes,
    custody: ({ custody }: ReportView) => custody.map(({ actor, at }) => ({ actorId: actor, handedOnAt: new Date(at) })),
    verdict: (report: ReportView) => (report.verdict === null ? null : report),
    block: ({ blockHeight }: ReportView, _: unknown, context: ApiContext) => context.blocks.load(blockHeight),
    logPosition: ({ position }: ReportView) => position,
  },
  LifecycleStep: {
    validator: async ({ validatorId }: LifecycleStep, _: unknown, context: ApiContext) => (validatorId === null ? null : (await context.validators()).get(validatorId)),
  },
  Block: {
    proposer: async ({ proposerId }: BlockView, _: unknown, context: ApiContext) => (await context.validators()).get(proposerId),
    transactions: ({ height }: BlockView, _: unknown, context: ApiContext) => context.transactions.load(height),
  },
  Validator: {
    evidenceCount: ({ evidence }: ValidatorView) => evidence,
  },
  ValidatorEvidence: {
    kind: ({ kind }: EvidenceView) => (kind === 'duplicate-vote' ? 'DUPLICATE_VOTE' : 'DUPLICATE_PROPOSAL'),
    offender: async ({ offenderId }: EvidenceView, _: unknown, context: ApiContext) => (await context.validators()).get(offenderId),
    reporter: async ({ reporterId }: EvidenceView, _: unknown, context: ApiContext) => (await context.validators()).get(reporterId),
    block: ({ blockHeight }: EvidenceView, _: unknown, context: ApiContext) => context.blocks.load(blockHeight),
  },
  Policy: {
    outcome: ({ outcome }: PolicyView) => outcome.toUpperCase(),
  },
  Hour: {
    byReason: ({ counts }: HourView) => counts,
  },
  ReputationChange: {
    kind: ({ kind }: ReputationChangeView) => kind.toUpperCase(),
  },
  CalibrationRow: {
    verdicts: ({ verdicts }: CalibrationView) => verdicts.map(({ reportId, reporterId, verdict }) => ({ reportId, reporterId, verdict })),
    features: ({ features }: CalibrationView) => Object.entries(features).map(([name, value]) => ({ name, value })),
    engineScores: ({ engineScores }: CalibrationView) => Object.entries(engineScores).map(([engine, score]) => ({ engine, ...score })),
  },
  StandingVerdict: {
    id: ({ reportId }: { readonly reportId: string }) => reportId,
    verdict: ({ verdict }: { readonly verdict: string }) => verdict.toUpperCase(),
  },
  Transaction: {
    anomaly: ({ anomalyId }: TransactionView, _: unknown, context: ApiContext) => (anomalyId === null ? null : context.anomalies.load(anomalyId)),
  },
}

type ReportFilterInput = { readonly anomaly?: string | null; readonly type?: string | null; readonly reporter?: string | null }

function checkReportFilter({ anomaly, type, reporter }: ReportFilterInput): ReportFilter {
  const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined
  if (isGiven(anomaly) && !isUuid(anomaly)) throw badInput('filter.anomaly', 'must be a lowercase UUID')
  if (isGiven(reporter) && !isHex32(reporter)) throw badInput('filter.reporter', 'must be 64 lowercase hex digits')
  if (isGiven(type) && type.length > 256) throw badInput('filter.type', `must have at most 256 characters, got ${type.length}`)
  return { ...(isGiven(anomaly) ? { anomalyId: anomaly } : {}), ...(isGiven(type) ? { evidenceType: type } : {}), ...(isGiven(reporter) ? { reporterId: reporter } : {}) }
}

function checkFilter({ state, type, severity, producer, since, until }: FilterInput): AnomalyFilter {
  const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined
  if (isGiven(severity) && (severity < 0 || severity > 10)) throw badInput('filter.severity', `must be from 0 to 10, got ${severity}`)
  if (isGiven(producer) && !isHex32(producer)) throw badInput('filter.producer', 'must be 64 lowercase hex digits')
  if (isGiven(type) && type.length > 256) throw badInput('filter.type', `must have at most 256 characters, got ${type.length}`)
  if (isGiven(since) && isGiven(until) && since >= until) throw badInput('filter.until', 'must be later than filter.since')
  return {
    ...(isGiven(state) ? { state } : {}), ...(isGiven(type) ? { type } : {}), ...(isGiven(severity) ? { minSeverity: severity } : {}),
    ...(isGiven(producer) ? { producerId: producer } : {}), ...(isGiven(since) ? { since } : {}), ...(isGiven(until) ? { until } : {}),
  }
}
