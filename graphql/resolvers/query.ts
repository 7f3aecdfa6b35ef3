/** What can be asked: each field checks its arguments and asks one query. */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import { isHex32, isUuid } from '../../domain/ids.js'
import {
  countTimeline, listAnomalies, listBlocks, listEvidence, listNewestCalibrationRows, listPolicies, listReports, listReputationChanges, readAuditRoot, readCounts, readProjectionStatus,
  readStateRoot,
  type AnomalyView, type BlockView, type CalibrationView, type PolicyView, type ReportView, type ReputationChangeView,
} from '../../projections/index.js'
import { readConnection, type ConnectionArguments } from '../connection.js'
import type { ApiContext } from '../context.js'
import { listDeadLetters } from '../dead-letters.js'
import { badInput } from '../errors.js'
import { readEvent } from '../events.js'
import { checkAnomalyFilter, checkReportFilter, type AnomalyFilterInput, type ReportFilterInput } from '../filters.js'
import { readHours } from '../hours.js'
import { findNode, findNodes } from '../nodes.js'
import { readRules } from '../rules.js'

type Filtered<F> = ConnectionArguments & { readonly filter?: F | null }

export const Query = {
  node: (_: unknown, { id }: { id: string }, context: ApiContext) => findNode(id, context),
  nodes: (_: unknown, { ids }: { ids: readonly string[] }, context: ApiContext) => findNodes(ids, context),
  anomaly: (_: unknown, { id }: { id: string }, context: ApiContext) => {
    if (!isUuid(id)) throw badInput('id', 'must be a lowercase UUID')
    return context.anomalies.load(id)
  },
  anomalies: (_: unknown, { filter, ...page }: Filtered<AnomalyFilterInput>, { sources, positions }: ApiContext) => {
    const checked = checkAnomalyFilter(filter ?? {})
    return readConnection<AnomalyView>({ kind: 'anomaly', position: positions.get('blocks'), keyOf: ({ position }) => position }, page,
      (keyset, pin) => listAnomalies(sources.sql, checked, keyset, pin))
  },
  blocks: (_: unknown, page: ConnectionArguments, { sources, positions }: ApiContext) =>
    readConnection<BlockView>({ kind: 'block', position: positions.get('blocks'), keyOf: ({ height }) => height }, page, (keyset, pin) => listBlocks(sources.sql, keyset, pin)),
  block: (_: unknown, { height }: { height: number }, context: ApiContext) => context.blocks.load(height),
  validators: async (_: unknown, _arguments: unknown, context: ApiContext) => [...(await context.validators()).values()],
  evidence: (_: unknown, _arguments: unknown, { sources }: ApiContext) => listEvidence(sources.sql),
  evidenceReports: (_: unknown, { filter, ...page }: Filtered<ReportFilterInput>, { sources, positions }: ApiContext) => {
    const checked = checkReportFilter(filter ?? {})
    return readConnection<ReportView>({ kind: 'report', position: positions.get('reports'), keyOf: ({ position }) => position }, page,
      (keyset, pin) => listReports(sources.sql, checked, keyset, pin))
  },
  producers: async (_: unknown, _arguments: unknown, context: ApiContext) => [...(await context.producers()).values()],
  reputationChanges: (_: unknown, { subject, ...page }: ConnectionArguments & { subject?: string | null }, { sources, positions }: ApiContext) => {
    if (subject !== undefined && subject !== null && !isHex32(subject)) throw badInput('subject', 'must be 64 lowercase hex digits: the id of a validator or a producer')
    return readConnection<ReputationChangeView>({ kind: 'change', position: positions.get('reputation'), keyOf: ({ number }) => number }, page,
      (keyset, pin) => listReputationChanges(sources.sql, subject ?? undefined, keyset, pin))
  },
  policies: (_: unknown, page: ConnectionArguments, { sources, positions }: ApiContext) =>
    readConnection<PolicyView>({ kind: 'policy', position: positions.get('policies'), keyOf: ({ logPosition }) => logPosition }, page, (keyset, pin) => listPolicies(sources.sql, keyset, pin)),
  rules: readRules,
  calibrationRows: (_: unknown, page: ConnectionArguments, { sources, positions }: ApiContext) =>
    readConnection<CalibrationView>({ kind: 'calibration', position: positions.get('calibration'), keyOf: ({ position }) => position }, page,
      (keyset, pin) => listNewestCalibrationRows(sources.sql, keyset, pin)),
  hours: readHours,
  stateRoot: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readStateRoot(sources.sql),
  timelineCount: (_: unknown, { state }: { state: LifecycleState }, { sources }: ApiContext) => countTimeline(sources.timelines, state),
  counts: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readCounts(sources.sql),
  projections: async (_: unknown, _arguments: unknown, { sources, projections }: ApiContext) => readProjectionStatus(projections, await sources.log.length()),
  deadLetters: (_: unknown, { projection }: { projection?: string | null }, { projections }: ApiContext) => listDeadLetters(projections, projection ?? undefined),
  event: (_: unknown, { position }: { position: number }, { sources }: ApiContext) => readEvent(sources.log, position),
  jobs: (_: unknown, _arguments: unknown, { sources }: ApiContext) => sources.jobs?.list() ?? [],
  job: (_: unknown, { id }: { id: string }, { sources }: ApiContext) => sources.jobs?.find(id) ?? null,
  auditRoot: (_: unknown, _arguments: unknown, { sources }: ApiContext) => readAuditRoot(sources.sql),
  roundTable: (_: unknown, _arguments: unknown, { sources }: ApiContext) => sources.roundTable?.() ?? [],
  logPosition: (_: unknown, _arguments: unknown, { sources }: ApiContext) => sources.log.length(),
}
