/** The public face of the projections: what to run, how to run it, and what to ask the read models. */
import type pg from 'pg'
import { createAuditProjection } from './audit/projection.js'
import { createBlocksProjection } from './blocks/projection.js'
import { createCalibrationProjection } from './calibration/projection.js'
import { createCountersProjection } from './counters/projection.js'
import { createPoliciesProjection } from './policies/projection.js'
import { createReportsProjection } from './reports/projection.js'
import { createReputationProjection } from './reputation/projection.js'
import type { Projection } from './runtime/projection.js'
import { createTimelinesProjection } from './timelines/projection.js'
import type { TimelineStore } from './timelines/store.js'

export { migrate, MigrationError } from './sql/migrate.js'
export { createSqlPool, type SqlPoolOptions } from './sql/pool.js'
export { runProjection, type ProjectionProgress, type RunProjection } from './runtime/run.js'
export { compareProjection, rebuildProjection, rollBackProjection, type ComparedProjection, type RebuildProjection, type RebuildResult } from './runtime/rebuild.js'
export { CheckpointConflictError, OtherLogError, PoisonEventError, ReadModelLostError } from './runtime/errors.js'
export type { Checkpoint, DeadLetter, Projection } from './runtime/projection.js'
export { redriveDeadLetters, type RedriveResult } from './runtime/redrive.js'
export type { TableDifference } from './runtime/projection.js'
export { describeState, keepRunning, upgradeProjection, type KeepRunning, type ProjectionState } from './runtime/keep-running.js'
export { createProgressWatch, type ProgressWatch } from './runtime/health.js'
export { leaseHolder } from './runtime/lease.js'
export { readProjectionStatus } from './runtime/read-status.js'
export { findAnomalies } from './blocks/queries/find-anomalies.js'
export { listAnomalies, LAPSE_REASONS, type AnomalyFilter, type LapseReason } from './blocks/queries/list-anomalies.js'
export { findBlocks } from './blocks/queries/find-blocks.js'
export { listBlocks } from './blocks/queries/list-blocks.js'
export { listTransactions, type TransactionView } from './blocks/queries/list-transactions.js'
export { listEvidence, type EvidenceView } from './blocks/queries/list-evidence.js'
export { listProducers, type ProducerView } from './reputation/queries/list-producers.js'
export { listReputationChanges, type ReputationChangeView } from './reputation/queries/list-reputation-changes.js'
export { findPolicies, listAppliedPolicies, listPolicies, type PolicyView } from './policies/queries/list-policies.js'
export { listCalibrationRows, listNewestCalibrationRows, type CalibrationRange } from './calibration/queries/list-calibration-rows.js'
export type { CalibrationView } from './calibration/queries/calibration-view.js'
export { findSourceAddresses } from './calibration/queries/find-source-addresses.js'
export { listHours, type HourFilter, type HourView } from './counters/queries/list-hours.js'
export { listReports, type ReportFilter } from './reports/queries/list-reports.js'
export { findReportsById } from './reports/queries/find-reports-by-id.js'
export { findReports } from './reports/queries/find-reports.js'
export type { ReportView } from './reports/queries/report-view.js'
export { listValidators, type ValidatorView } from './blocks/queries/list-validators.js'
export { readCounts } from './blocks/queries/read-counts.js'
export { readStateRoot, type StateRootView } from './blocks/queries/read-state-root.js'
export type { AnomalyView } from './blocks/queries/anomaly-view.js'
export type { BlockView } from './blocks/queries/block-view.js'
export type { KeysetPage } from './sql/keyset.js'
export { readAuditRoot, type AuditRootView } from './audit/queries/read-audit-root.js'
export { countTimeline } from './timelines/queries/count-timeline.js'
export type { TimelineStore } from './timelines/store.js'
export { openEmbeddedTimelines } from './timelines/embedded/index.js'
export { openRedisTimelines, type RedisTimelineStore, type RedisTimelinesOptions } from './timelines/redis/index.js'
export { rollBackTimelines } from './timelines/redis/roll-back.js'

export type ProjectionStores = { readonly sql: pg.Pool; readonly timelines: TimelineStore }

/** All projections over these stores; each runs on its own. Run `migrate(sql)` first. */
export function createProjections({ sql, timelines }: ProjectionStores): Projection[] {
  return [
    createBlocksProjection(sql), createTimelinesProjection(timelines), createAuditProjection(sql),
    createCalibrationProjection(sql), createReputationProjection(sql), createCountersProjection(sql), createReportsProjection(sql), createPoliciesProjection(sql),
  ]
}
