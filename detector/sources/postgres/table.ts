/**
 * Looks at a table of flows before anything is read of it: is it there, may we read it, which of its columns are
 * CICFlowMeter's, are they of types that hold them, and by which key can it be read in order? What is wrong is said by
 * column. The label is not among what is read.
 */
import type { ClientBase } from 'pg'
import { LABEL, REQUIRED_COLUMNS, resolveColumns } from '../cicflowmeter-columns.js'
import { SourceError } from '../errors.js'

export type FlowTable = {
  /** As the configuration names it. */
  readonly name: string
  /** Quoted, for SQL. */
  readonly sql: string
  /** The columns of a page, for SQL: time, key, then CICFlowMeter's. */
  readonly selected: string
  /** Canonical name of a column to its place in a page. */
  readonly cells: ReadonlyMap<string, number>
  /** Quoted name and SQL type of the column with the start of the flow. */
  readonly time: { readonly sql: string; readonly type: string }
  /** Tells rows of one moment apart. */
  readonly tie: { readonly sql: string; readonly type: string }
  readonly warnings: readonly string[]
}

type Column = { readonly name: string; readonly type: string; readonly sql: string; readonly readable: boolean; readonly notNull: boolean; readonly unique: boolean; readonly primary: boolean; readonly leads: boolean }

const TIME_TYPES = new Set(['timestamp without time zone', 'timestamp with time zone'])
const ADDRESS_TYPES = new Set(['text', 'character varying', 'character', 'inet'])
const NUMBER_TYPES = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text', 'character varying', 'character'])
const KEY_TYPES = new Set(['smallint', 'integer', 'bigint', 'uuid'])

/** @param idColumn a column whose values are unique; found where it is left out */
export async function inspectTable(client: Pick<ClientBase, 'query'>, name: string, idColumn: string | undefined): Promise<FlowTable> {
  const found = await client.query<{ oid: number | null; sql: string; kind: string }>(
    'SELECT c.oid, c.oid::regclass::text AS sql, c.relkind AS kind FROM (SELECT to_regclass($1)::oid AS oid) AS wanted JOIN pg_class c USING (oid)', [name])
  const table = found.rows[0]
  if (table === undefined) throw new SourceError('MISSING_TABLE', name, 'there is no such table in this database; check its name with \\dt, and write the schema before it')
  const columns = (await client.query<Column>(COLUMNS, [table.oid])).rows
  if (!columns.some(({ readable }) => readable)) throw new SourceError('NO_RIGHTS', name, `the user may not read it; GRANT SELECT ON ${table.sql} to it`)
  const { index, missing } = resolveColumns(columns.map((column) => column.name))
  if (missing.length > 0) throw new SourceError('MISSING_COLUMNS', name, `lacks ${missing.join(', ')}; make a view that has CICFlowMeter's columns, by these names or like src_ip and tot_fwd_pkts`)
  const read = [...index].filter(([canonical]) => canonical !== LABEL).map(([canonical, at]) => [canonical, columns[at] as Column] as const)
  const required: ReadonlySet<string> = new Set(REQUIRED_COLUMNS)
  const usable = read.filter(([canonical, column]) => isUsable(name, canonical, column, required.has(canonical)))
  const time = usable.find(([canonical]) => canonical === 'Timestamp')?.[1] as Column
  const tie = tieOf(name, table.kind, columns, idColumn)
  return {
    name, sql: table.sql, selected: [time.sql, tie.sql, ...usable.map(([, { sql }]) => sql)].join(', '),
    cells: new Map(usable.map(([canonical], at) => [canonical, at + 2])),
    time: { sql: time.sql, type: time.type }, tie,
    warnings: time.leads ? [] : [`${name} has no index that begins with ${time.sql}: every page reads the whole table; CREATE INDEX ON ${table.sql} (${time.sql})`],
  }
}

function isUsable(table: string, canonical: string, column: Column, isRequired: boolean): boolean {
  if (!column.readable) {
    if (isRequired) throw new SourceError('NO_RIGHTS', table, `the user may not read column ${column.name}; GRANT SELECT (${column.sql}) to it`)
    return false
  }
  if (canonical === 'Timestamp') {
    if (TIME_TYPES.has(column.type)) return true
    throw new SourceError('WRONG_TYPE', table, `column ${column.name} is ${column.type} and does not sort by time; make it one: ALTER TABLE … ALTER COLUMN ${column.sql} TYPE timestamp USING to_timestamp(${column.sql}, 'DD/MM/YYYY HH24:MI:SS')`)
  }
  const isAddress = canonical === 'Src IP' || canonical === 'Dst IP'
  if ((isAddress ? ADDRESS_TYPES : NUMBER_TYPES).has(column.type)) return true
  throw new SourceError('WRONG_TYPE', table, `column ${column.name} is ${column.type}, which holds no ${isAddress ? 'address; text or inet does' : 'number; integer, numeric, double precision or text does'}`)
}

/** Rows that begin at one moment need an order too, or a page that ends among them would lose some. */
function tieOf(table: string, kind: string, columns: readonly Column[], idColumn: string | undefined): FlowTable['tie'] {
  const isKey = ({ type, readable }: Column): boolean => KEY_TYPES.has(type) && readable
  if (idColumn !== undefined) {
    const named = columns.find(({ name }) => name === idColumn)
    if (named === undefined) throw new SourceError('MISSING_COLUMNS', table, `has no column ${idColumn}, which idColumn names`)
    if (!isKey(named)) throw new SourceError('WRONG_TYPE', table, `column ${idColumn} is ${named.type}; idColumn must be a readable smallint, integer, bigint or uuid`)
    return { sql: named.sql, type: named.type }
  }
  const keys = columns.filter((column) => isKey(column) && column.unique && column.notNull)
  const key = keys.find(({ primary }) => primary) ?? keys[0]
  if (key !== undefined) return { sql: key.sql, type: key.type }
  // A table that is only appended to keeps its rows where they are; in a view or over partitions there is no such place.
  if (kind === 'r' || kind === 'm') return { sql: 'ctid', type: 'tid' }
  throw new SourceError('NO_KEY', table, 'has no unique integer column that tells rows of one moment apart; name one by idColumn')
}

const COLUMNS = `
SELECT a.attname AS name, quote_ident(a.attname) AS sql, a.attnotnull AS "notNull",
  regexp_replace(format_type(a.atttypid, a.atttypmod), '\\([0-9, ]+\\)', '') AS type,
  has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum) AS "unique",
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum) AS "primary",
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indpred IS NULL AND i.indkey[0] = a.attnum) AS leads
FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`
