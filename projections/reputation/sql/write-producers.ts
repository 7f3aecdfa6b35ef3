/** Writes where producers stand after a batch. */
import { eventTime } from '../../lives/times.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { ProducerStanding } from '../changes.js'
import { refusalsOf, violationsOf } from '../producer-standings.js'

const COLUMNS: readonly Column<readonly [string, ProducerStanding]>[] = [
  { name: 'producer_id', type: 'bytea', value: ([id]) => Buffer.from(id, 'hex') },
  { name: 'score', type: 'int4', value: ([, { score }]) => score },
  { name: 'total_events', type: 'int8', value: ([, standing]) => standing.committed + refusalsOf(standing) },
  { name: 'committed', type: 'int8', value: ([, { committed }]) => committed },
  { name: 'refused', type: 'jsonb', value: ([, { refused }]) => JSON.stringify(refused) },
  { name: 'confirmed', type: 'int8', value: ([, { confirmed }]) => confirmed },
  { name: 'false_positives', type: 'int8', value: ([, { falsePositives }]) => falsePositives },
  { name: 'violations', type: 'int8', value: ([, standing]) => violationsOf(standing) },
  { name: 'last_violation', type: 'timestamptz', value: ([, { lastViolationAt }]) => eventTime(lastViolationAt) },
  { name: 'updated_height', type: 'int8', value: ([, { height }]) => height },
  { name: 'updated_at', type: 'timestamptz', value: ([, { at }]) => eventTime(at) },
]

const REPLACE = `(producer_id) DO UPDATE SET ${COLUMNS.slice(1).map(({ name }) => `${name} = excluded.${name}`).join(', ')}`

export const writeProducers = (producers: ReadonlyMap<string, ProducerStanding>): SqlStatement[] => insertRows('state_reputation', COLUMNS, [...producers], REPLACE)
