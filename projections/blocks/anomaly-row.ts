/** The row of an anomaly: what its publication says once and for all, and what its life changes. */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { EventData } from '../../domain/events/schema.js'
import type { Position } from '../../domain/ids.js'
import type { Column } from '../sql/bulk.js'
import { bytesOfHex, plainText, timeOfMillis, timeOfSeconds } from '../sql/values.js'

/** Columns that lifecycle events set; one that is absent or null keeps what it had. */
export type LifecycleColumns = {
  readonly state: LifecycleState
  readonly updatedPosition: number
  readonly admittedAt?: string | null
  readonly committedAt?: string | null
  readonly rejectedAt?: string | null
  readonly timeoutAt?: string | null
  readonly expiredAt?: string | null
  readonly settledAt?: string | null
  readonly admittedBy?: string
  readonly admittedValidator?: string | null
  readonly rejectedBy?: string
  readonly rejectedValidators?: string
  readonly rejectCode?: string
  readonly waitedMs?: number
  readonly validUntil?: string | null
  readonly blockHeight?: number
  readonly txIndex?: number
  readonly txHash?: string | null
}

export type AnomalyRow = LifecycleColumns & { readonly published: EventData<'AnomalyPublished'>; readonly position: Position }

export const publishedRow = (published: EventData<'AnomalyPublished'>, position: Position): AnomalyRow =>
  ({ published, position, state: 'PUBLISHED', updatedPosition: position })

export const LIFECYCLE_COLUMNS: readonly Column<LifecycleColumns>[] = [
  { name: 'state', type: 'text', value: (row) => row.state },
  { name: 'updated_position', type: 'int8', value: (row) => row.updatedPosition },
  { name: 'admitted_at', type: 'timestamptz', value: (row) => row.admittedAt },
  { name: 'committed_at', type: 'timestamptz', value: (row) => row.committedAt },
  { name: 'rejected_at', type: 'timestamptz', value: (row) => row.rejectedAt },
  { name: 'timeout_at', type: 'timestamptz', value: (row) => row.timeoutAt },
  { name: 'expired_at', type: 'timestamptz', value: (row) => row.expiredAt },
  { name: 'settled_at', type: 'timestamptz', value: (row) => row.settledAt },
  { name: 'admitted_by', type: 'text', value: (row) => row.admittedBy },
  { name: 'admitted_validator', type: 'bytea', value: (row) => row.admittedValidator },
  { name: 'rejected_by', type: 'text', value: (row) => row.rejectedBy },
  { name: 'rejected_validators', type: 'jsonb', value: (row) => row.rejectedValidators },
  { name: 'reject_code', type: 'text', value: (row) => row.rejectCode },
  { name: 'waited_ms', type: 'int8', value: (row) => row.waitedMs },
  { name: 'valid_until', type: 'timestamptz', value: (row) => row.validUntil },
  { name: 'block_height', type: 'int8', value: (row) => row.blockHeight },
  { name: 'tx_index', type: 'int4', value: (row) => row.txIndex },
  { name: 'tx_hash', type: 'bytea', value: (row) => row.txHash },
]

export const PUBLISHED_COLUMNS: readonly Column<AnomalyRow>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ({ published }) => published.anomalyId },
  { name: 'claimed_id', type: 'text', value: ({ published }) => plainText(published.claimedId) },
  { name: 'authentic', type: 'bool', value: ({ published }) => published.authentic },
  { name: 'type', type: 'text', value: ({ published }) => plainText(published.anomalyType) },
  { name: 'source', type: 'text', value: ({ published }) => plainText(published.source) },
  { name: 'severity', type: 'int4', value: ({ published }) => published.severity },
  { name: 'confidence', type: 'float8', value: ({ published }) => published.confidence },
  { name: 'producer_id', type: 'bytea', value: ({ published }) => bytesOfHex(published.producerId) },
  { name: 'model_version', type: 'text', value: ({ published }) => plainText(published.modelVersion) },
  { name: 'sign_scheme', type: 'text', value: ({ published }) => published.signScheme },
  { name: 'content_hash', type: 'bytea', value: ({ published }) => bytesOfHex(published.contentHash) },
  { name: 'message_hash', type: 'bytea', value: ({ published }) => bytesOfHex(published.messageHash) },
  { name: 'origin_topic', type: 'text', value: ({ published }) => published.origin?.topic },
  { name: 'origin_partition', type: 'int4', value: ({ published }) => published.origin?.partition },
  { name: 'origin_offset', type: 'int8', value: ({ published }) => published.origin?.offset },
  { name: 'detected_at', type: 'timestamptz', value: ({ published }) => timeOfSeconds(published.detectedAtSeconds) },
  { name: 'published_at', type: 'timestamptz', value: ({ published }) => timeOfMillis(published.at) },
  { name: 'published_position', type: 'int8', value: ({ position }) => position },
  ...LIFECYCLE_COLUMNS,
]
