/** A checkpoint as its row has it. */
import { asPosition } from '../../../domain/ids.js'
import { numberOf } from '../../sql/values.js'
import type { Checkpoint } from '../projection.js'

export const CHECKPOINT_COLUMNS = 'version, position, last_event_id, last_event_at'

export type CheckpointRow = { version: number; position: string; last_event_id: string | null; last_event_at: Date | null }

export const checkpointOf = (row: CheckpointRow): Checkpoint =>
  ({ position: asPosition(numberOf(row.position) ?? 0), lastEventId: row.last_event_id ?? undefined, lastEventAt: row.last_event_at?.getTime() })
