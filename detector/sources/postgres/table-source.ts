/**
 * Flows from a table of PostgreSQL, in order of time: pages by (start, key), so that neither the size of the table nor
 * rows that are added meanwhile matter, and the next page is asked for only when the one before was dealt with. The
 * newest flows are left for `holdMs`: exporters write a flow when it ends, and a row behind the page would not be seen.
 */
import type { LiveSource, Mark } from '../../live/live-source.js'
import { endOfSecond, FUTURE_MS, startOfSecond } from '../../live/live-order.js'
import { NOT_FEATURES } from '../cicflowmeter-columns.js'
import { featureOf, flowOfRow } from '../cicflowmeter-row.js'
import { isAborted } from '../pace.js'
import { provenanceFor } from '../provenance.js'
import type { FlowRecord, Provenance, Skipped, SourceItem } from '../records.js'
import { createFlowConnection, pause, type FlowConnection } from './connection.js'
import { inspectTable, type FlowTable } from './table.js'

export type TableSourceOptions = {
  /** postgres://…, which holds a password and is never shown. */
  readonly url: string
  /** `schema.table`. */
  readonly table: string
  /** A unique column that tells rows of one moment apart; found where it is left out. */
  readonly idColumn?: string | undefined
  /** True: waits for new rows, and for a server that is away. */
  readonly follow: boolean
  /** How long after a flow began its row may come. */
  readonly holdMs: number
  readonly pageRows?: number
  readonly pollMs?: number
  readonly nowMs?: () => number
  readonly onWarning?: (sentence: string) => void
}

/** The last row that was read: its start to the microsecond, and its key. */
export type TablePosition = { readonly time: string; readonly key: string; readonly keyColumn: string }

const PAGE_ROWS = 1000
const POLL_MS = 1000

export function openTableSource(options: TableSourceOptions): LiveSource<TablePosition> {
  const { onWarning = () => undefined } = options
  const connection = createFlowConnection({ url: options.url, what: options.table, patient: options.follow, onWarning })
  return {
    name: `table ${options.table}`,
    async *read(after, signal) {
      try {
        yield* readTable(options, connection, after, signal)
      } catch (error) {
        if (!isAborted(signal)) throw error
      }
    },
    join: (_earlier, later) => later,
    close: () => connection.close(),
  }
}

async function* readTable(
  { table: name, idColumn, follow, holdMs, pageRows = PAGE_ROWS, pollMs = POLL_MS, nowMs = Date.now, onWarning }: TableSourceOptions,
  connection: FlowConnection, after: TablePosition | undefined, signal: AbortSignal,
): AsyncGenerator<SourceItem | Mark<TablePosition>> {
  const table = await connection.with((client) => inspectTable(client, name, idColumn), signal)
  for (const warning of table.warnings) onWarning?.(warning)
  for (let rows = await countUntimed(connection, table, signal); rows > 0; rows--) yield { kind: 'skipped', reason: 'bad-time', field: 'Timestamp' }
  const bound = createBound(connection, table, holdMs, nowMs)
  // Positions of another key would compare apples with pears: the time alone is good, and shows a few rows again.
  let position = after
  let passedMs = -Infinity
  const provenance = provenanceFor('cicflowmeter', name)('payload')
  while (!isAborted(signal)) {
    const upToMs = follow ? await bound(signal) : undefined
    const page = await readPage(connection, table, position, upToMs, pageRows, signal)
    let newestMs: number | undefined
    for (const row of page) {
      const item = itemOf(table, row, provenance)
      if (item.kind === 'flow') newestMs = item.startMs
      yield item
    }
    const last = page.at(-1)
    if (last !== undefined) {
      position = { time: last[0] as string, key: last[1] as string, keyColumn: table.tie.sql }
      passedMs = newestMs ?? passedMs
      yield { kind: 'mark', position, newestMs }
    }
    if (page.length === pageRows) continue
    if (upToMs === undefined) return
    // Windows close with the next flow; where none comes, a tick must. It comes again and again, as a sign of life.
    if (last === undefined) passedMs = Math.max(passedMs, startOfSecond(upToMs))
    if (Number.isFinite(passedMs)) yield { kind: 'tick', timeMs: passedMs }
    await pause(pollMs, signal)
  }
}

function readPage(connection: FlowConnection, table: FlowTable, after: TablePosition | undefined, upToMs: number | undefined, limit: number, signal: AbortSignal): Promise<(string | null)[][]> {
  const { time, tie } = table
  const values: unknown[] = [limit]
  const conditions = [`${time.sql} IS NOT NULL`]
  if (after?.keyColumn === tie.sql) conditions.push(`(${time.sql}, ${tie.sql}) > ($${values.push(after.time)}::${time.type}, $${values.push(after.key)}::${tie.type})`)
  else if (after !== undefined) conditions.push(`${time.sql} >= $${values.push(after.time)}::${time.type}`)
  if (upToMs !== undefined) conditions.push(`${time.sql} <= ${timeOfMs(time.type, values.push(upToMs))}`)
  return connection.rows(`SELECT ${table.selected} FROM ${table.sql} WHERE ${conditions.join(' AND ')} ORDER BY ${time.sql}, ${tie.sql} LIMIT $1`, values, signal)
}

/** A time without a zone is UTC, as in CICFlowMeter's files. */
const timeOfMs = (type: string, parameter: number): string =>
  `to_timestamp($${parameter}::float8 / 1000)${type === 'timestamp without time zone' ? " AT TIME ZONE 'UTC'" : ''}`

function itemOf(table: FlowTable, row: readonly (string | null)[], provenance: Provenance): FlowRecord | Skipped {
  const text = (column: string): string | undefined => {
    const at = table.cells.get(column)
    return at === undefined ? undefined : (row[at] ?? '').trim()
  }
  const item = flowOfRow(text, () => featuresOf(table, row), provenance)
  return item.kind === 'skipped' ? { ...item, where: `${table.name} row ${table.tie.sql} = ${row[1]}` } : item
}

const featuresOf = ({ cells }: FlowTable, row: readonly (string | null)[]): Record<string, number> =>
  Object.fromEntries([...cells].filter(([name]) => !NOT_FEATURES.has(name)).map(([name, at]) => [name, featureOf(row[at] ?? '')]))

/** Rows without a start are in no page; they are counted once. */
async function countUntimed(connection: FlowConnection, { sql, time }: FlowTable, signal: AbortSignal): Promise<number> {
  const [row] = await connection.rows(`SELECT count(*) FROM ${sql} WHERE ${time.sql} IS NULL`, [], signal)
  return Number(row?.[0] ?? 0)
}

/** Up to where rows are all there: the newest start less `holdMs`, going on with the clock while nothing newer comes, to the end of that second. */
function createBound(connection: FlowConnection, { sql, time }: FlowTable, holdMs: number, nowMs: () => number): (signal: AbortSignal) => Promise<number> {
  let newestMs = -Infinity
  let sinceMs = nowMs()
  return async (signal) => {
    const now = nowMs()
    // A row from the future would let the bound run ahead of rows that are still to come.
    const [row] = await connection.rows(`SELECT extract(epoch FROM max(${time.sql})) * 1000 FROM ${sql} WHERE ${time.sql} <= ${timeOfMs(time.type, 1)}`, [now + FUTURE_MS], signal)
    const found = row?.[0] === null || row === undefined ? -Infinity : Number(row[0])
    if (found > newestMs) {
      newestMs = found
      sinceMs = now
    }
    return Math.min(newestMs - holdMs + now - sinceMs, endOfSecond(newestMs))
  }
}
