/** Two versions of SQL tables at one position: equal byte for byte, or where they differ. */
import type { Dialect } from '../sql/dialect.js'
import type { SqlRunner } from '../sql/statement.js'
import type { RowDifference, TableDifference } from './projection.js'

/** A digest of all rows, whatever their order. PostgreSQL has a binary form of rows that costs it a third of their text. */
export async function digestOf(client: SqlRunner, dialect: Dialect, table: string): Promise<string> {
  const line = dialect === 'postgresql' ? 'sha256(record_send(given.*))' : 'md5(CAST(given.* AS TEXT))'
  const nothing = dialect === 'postgresql' ? "''::BYTEA" : "''"
  const { rows } = await client.query<{ digest: string | null }>(
    `SELECT md5(string_agg(line, ${nothing} ORDER BY line)) AS digest FROM (SELECT ${line} AS line FROM ${table} AS given) AS lines`)
  return rows[0]?.digest ?? 'empty'
}

const MOST_EXAMPLES = 5

/** Tables that are equal are left out. Both versions must stand still. */
export async function differencesOf(client: SqlRunner, live: string, rebuilt: string, tables: readonly string[]): Promise<TableDifference[]> {
  const differences: TableDifference[] = []
  for (const table of tables) {
    const difference = await differenceOf(client, table, await joinOf(client, `${live}.${table}`, `${rebuilt}.${table}`))
    if (difference.onlyLive + difference.onlyRebuilt + difference.differing > 0) differences.push(difference)
  }
  return differences
}

/** Rows of both by their key; a table without one has the whole row for a key. */
async function joinOf(client: SqlRunner, live: string, rebuilt: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY a.attnum`, [live])
  const key = rows.length === 0 ? 'CAST(t.* AS TEXT)' : `CAST(ROW(${rows.map(({ name }) => `t.${name}`).join(', ')}) AS TEXT)`
  const side = (table: string): string => `(SELECT ${key} AS key, CAST(t.* AS TEXT) AS line, to_jsonb(t.*) AS content FROM ${table} AS t)`
  return `${side(live)} AS a FULL JOIN ${side(rebuilt)} AS b ON a.key = b.key WHERE a.key IS NULL OR b.key IS NULL OR a.line <> b.line`
}

type Pair = { key: string; live: Record<string, unknown> | null; rebuilt: Record<string, unknown> | null }

async function differenceOf(client: SqlRunner, table: string, join: string): Promise<TableDifference> {
  const { rows: [counts] } = await client.query<{ only_live: string; only_rebuilt: string; both: string }>(
    `SELECT count(*) FILTER (WHERE b.key IS NULL) AS only_live, count(*) FILTER (WHERE a.key IS NULL) AS only_rebuilt,
     count(*) FILTER (WHERE a.key IS NOT NULL AND b.key IS NOT NULL) AS both FROM ${join}`)
  const { rows } = await client.query<Pair>(
    `SELECT COALESCE(a.key, b.key) AS key, a.content AS live, b.content AS rebuilt FROM ${join} ORDER BY 1 LIMIT ${MOST_EXAMPLES}`)
  return { table, onlyLive: Number(counts?.only_live), onlyRebuilt: Number(counts?.only_rebuilt), differing: Number(counts?.both), examples: rows.map(exampleOf) }
}

function exampleOf({ key, live, rebuilt }: Pair): RowDifference {
  if (live === null || rebuilt === null) return { key, kind: rebuilt === null ? 'only-live' : 'only-rebuilt', columns: [] }
  const names = [...new Set([...Object.keys(live), ...Object.keys(rebuilt)])]
  const columns = names.filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]))
  return { key, kind: 'differing', columns: columns.map((name) => ({ name, live: live[name] ?? null, rebuilt: rebuilt[name] ?? null })) }
}
