/** Adds what a batch counts to the hours it happened in. */
import { eventTime } from '../../lives/times.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { HourCount } from '../count-moves.js'

const COLUMNS: readonly Column<HourCount>[] = [
  { name: 'hour', type: 'timestamptz', value: ({ hour }) => eventTime(hour) },
  { name: 'producer_id', type: 'bytea', value: ({ producer }) => Buffer.from(producer, 'hex') },
  { name: 'state', type: 'text', value: ({ state }) => state },
  { name: 'reason', type: 'text', value: ({ reason }) => reason },
  { name: 'entered_count', type: 'int8', value: ({ entered }) => entered },
  { name: 'left_count', type: 'int8', value: ({ left }) => left },
]

const ADD = `(hour, producer_id, state, reason) DO UPDATE SET
  entered_count = lifecycle_hours.entered_count + excluded.entered_count,
  left_count = lifecycle_hours.left_count + excluded.left_count`

export const addHourCounts = (counts: readonly HourCount[]): SqlStatement[] => insertRows('lifecycle_hours', COLUMNS, mergeHours(counts), ADD)

/** Hours beyond every calendar become one hour in SQL, and a statement may change a row once. */
function mergeHours(counts: readonly HourCount[]): readonly HourCount[] {
  const merged = new Map<string, HourCount>()
  for (const count of counts) {
    const key = `${eventTime(count.hour)} ${count.producer} ${count.state} ${count.reason}`
    const known = merged.get(key)
    merged.set(key, known === undefined ? count : { ...known, entered: known.entered + count.entered, left: known.left + count.left })
  }
  return [...merged.values()]
}
