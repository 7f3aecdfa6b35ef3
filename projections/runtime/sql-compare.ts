/** Two versions of SQL tables at one position: equal byte for byte, or where they differ. */
import type { SqlRunner } from '../sql/statement.js'
import type { RowDifference, TableDifference } from './projection.js'
import { countDifferences } from './sql/count-differences.js'
import { joinedTables } from './sql/joined-tables.js'
import { listDifferences, type DifferingRow } from './sql/list-differences.js'
import { listKeyColumns } from './sql/list-key-columns.js'

const MOST_EXAMPLES = 5

/** Tables that are equal are left out. Both versions must stand still. */
export async function differencesOf(client: SqlRunner, live: string, rebuilt: string, tables: readonly string[]): Promise<TableDifference[]> {
  const differences: TableDifference[] = []
  for (const table of tables) {
    const difference = await differenceOf(client, table, `${live}.${table}`, `${rebuilt}.${table}`)
    if (difference.onlyLive + difference.onlyRebuilt + difference.differing > 0) differences.push(difference)
  }
  return differences
}

async function differenceOf(client: SqlRunner, table: string, live: string, rebuilt: string): Promise<TableDifference> {
  const joined = joinedTables(live, rebuilt, await listKeyColumns(client, live))
  return { table, ...await countDifferences(client, joined), examples: (await listDifferences(client, joined, MOST_EXAMPLES)).map(exampleOf) }
}

function exampleOf({ key, live, rebuilt }: DifferingRow): RowDifference {
  if (live === null || rebuilt === null) return { key, kind: rebuilt === null ? 'only-live' : 'only-rebuilt', columns: [] }
  const names = [...new Set([...Object.keys(live), ...Object.keys(rebuilt)])]
  const columns = names.filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]))
  return { key, kind: 'differing', columns: columns.map((name) => ({ name, live: live[name] ?? null, rebuilt: rebuilt[name] ?? null })) }
}
