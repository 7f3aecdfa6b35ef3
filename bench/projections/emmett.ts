/**
 * Emmett building the same rows on the same PostgreSQL. Its best form of an asynchronous projection in this version: its
 * projector hands over one event at a time and stores its checkpoint after each, so an event is one command here (all
 * statements of a block in one text), many events are one transaction, it does not pause between batches, and its
 * messages get the index that its reader's order asks for and that its schema lacks.
 */
import { getPostgreSQLEventStore, postgreSQLEventStoreConsumer, postgreSQLRawSQLProjection } from '@event-driven-io/emmett-postgresql'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { asPosition } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import { encodeEvent } from '../../domain/events/codec.js'
import { createStopwatch, type Cost } from '../stopwatch.js'
import { countRows, type RowCounts } from './count-rows.js'
import { statementsOf, TABLES, type StoredEvent } from './emmett-statements.js'

export type EmmettResult = Cost & { readonly version: string; readonly batch: number; readonly counts: RowCounts }

const BATCH = 5000
const FILL_ROWS = 1000

/** @param url of an empty database; its tables for messages and for the projection are made here */
export async function measureEmmett(url: string, log: EventLog, events: number): Promise<EmmettResult> {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  try {
    const counts = await measure(url, pool, log, events)
    return { ...counts, version: installedVersion(), batch: BATCH }
  } finally {
    await pool.end()
  }
}

function installedVersion(): string {
  const main = createRequire(import.meta.url).resolve('@event-driven-io/emmett-postgresql')
  return (JSON.parse(readFileSync(join(dirname(main), '..', 'package.json'), 'utf8')) as { version: string }).version
}

async function measure(url: string, pool: pg.Pool, log: EventLog, events: number): Promise<Cost & { counts: RowCounts }> {
  const store = getPostgreSQLEventStore(url)
  try {
    await store.schema.migrate()
    for (const text of TABLES) await pool.query(text)
    await pool.query('CREATE INDEX messages_in_order ON emt_messages (transaction_id, global_position)')
    await fill(pool, log, events)
    await pool.query('VACUUM ANALYZE emt_messages')
    const watch = createStopwatch()
    await watch.time(() => project(url))
    return { ...watch.cost(events), counts: await countRows(pool) }
  } finally {
    await store.close()
  }
}

async function project(connectionString: string): Promise<void> {
  const consumer = postgreSQLEventStoreConsumer({ connectionString, stopWhen: { noMessagesLeft: true }, pulling: { batchSize: BATCH, pullingFrequencyInMs: 0 } })
  const projection = postgreSQLRawSQLProjection<StoredEvent>({
    name: 'blocks', canHandle: ['AnomalyPublished', 'AnomalyAdmitted', 'AnomalyRejected', 'AnomalyTimedOut', 'AnomalyExpired', 'AnomalyCommitted', 'BlockCommitted'],
    evolve: (event) => statementsOf(event) as never,
  })
  consumer.projector({ projection })
  try {
    await consumer.start()
  } finally {
    await consumer.close()
  }
}

/** Its messages as its own append would write them; filling is not measured. */
async function fill(pool: pg.Pool, log: EventLog, events: number): Promise<void> {
  let rows: { stream: string; revision: number; id: string; type: string; data: string }[] = []
  const flush = async (): Promise<void> => {
    await pool.query(
      `INSERT INTO emt_messages (stream_id, stream_position, message_id, message_type, message_data, message_metadata, message_schema_version, transaction_id)
       SELECT stream, revision, id, type, data::jsonb, '{}'::jsonb, '1', pg_current_xact_id()
       FROM unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS given (stream, revision, id, type, data, n) ORDER BY n`,
      [rows.map((r) => r.stream), rows.map((r) => r.revision + 1), rows.map((r) => r.id), rows.map((r) => r.type), rows.map((r) => r.data)])
    rows = []
  }
  for await (const { stream, revision, id, event } of log.readAll({ from: asPosition(0), limit: events })) {
    rows.push({ stream, revision, id, type: event.type, data: JSON.stringify(encodeEvent(event).data) })
    if (rows.length === FILL_ROWS) await flush()
  }
  if (rows.length > 0) await flush()
}
