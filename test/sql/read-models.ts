/** What the SQL read models hold, in a form that can be compared between databases. */
import type pg from 'pg'
import {
  findAnomalies, findBlocks, listAnomalies, listBlocks, listEvidence, listProducers, listTransactions, listValidators, readAuditRoot, readCounts, readStateRoot,
} from '../../projections/index.js'

/** Kept by the runtime: they hold times of the run and say nothing that people read. */
const isBookkeeping = (table: string): boolean => table === 'schema_migrations' || table.startsWith('projection_')

export async function tablesOf(sql: pg.Pool): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name")
  return rows.map(({ name }) => name).filter((name) => !isBookkeeping(name))
}

/** Every row of every table, byte for byte, sorted. */
export async function dump(sql: pg.Pool): Promise<Record<string, string[]>> {
  const tables = await tablesOf(sql)
  const dumped: Record<string, string[]> = {}
  for (const table of tables) {
    const { rows } = await sql.query<Record<string, unknown>>(`SELECT * FROM ${table}`)
    dumped[table] = rows.map((row) => JSON.stringify(Object.entries(row).map(([column, value]) => [column, value instanceof Buffer ? value.toString('hex') : value]))).sort()
  }
  return dumped
}

/** The answers to every question that readers ask. */
export async function answers(sql: pg.Pool): Promise<unknown> {
  const anomalies = await listAnomalies(sql, {}, { limit: 30 })
  const blocks = await listBlocks(sql, { limit: 10 })
  const heights = blocks.map(({ height }) => height)
  return {
    anomalies, blocks,
    older: await listAnomalies(sql, { state: 'COMMITTED', minSeverity: 5 }, { limit: 5, after: anomalies[10]?.position ?? 0 }),
    newer: await listAnomalies(sql, { type: 'ddos' }, { limit: 5, before: anomalies.at(-1)?.position ?? 0, fromEnd: true }),
    known: sorted(await findAnomalies(sql, anomalies.slice(0, 3).map(({ id }) => id))),
    some: sorted(await findBlocks(sql, heights.slice(0, 3))),
    transactions: [...await listTransactions(sql, heights)],
    evidence: await listEvidence(sql), producers: await listProducers(sql), validators: await listValidators(sql),
    counts: await readCounts(sql), stateRoot: await readStateRoot(sql), audit: await readAuditRoot(sql),
  }
}


/** A lookup promises no order. */
const sorted = <Key, Value>(found: ReadonlyMap<Key, Value>): [Key, Value][] => [...found].sort(([a], [b]) => (a < b ? -1 : 1))
