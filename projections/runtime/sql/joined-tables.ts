/** Rows of two tables that are not equal, side by side by their key; a table without one has the whole row for a key. */

/** What stands behind FROM: columns key, line and content of `a` (one) and `b` (other). */
export function joinedTables(one: string, other: string, keyColumns: readonly string[]): string {
  const key = keyColumns.length === 0 ? 'CAST(t.* AS TEXT)' : `CAST(ROW(${keyColumns.map((name) => `t.${name}`).join(', ')}) AS TEXT)`
  const side = (table: string): string => `(SELECT ${key} AS key, CAST(t.* AS TEXT) AS line, to_jsonb(t.*) AS content FROM ${table} AS t)`
  return `${side(one)} AS a FULL JOIN ${side(other)} AS b ON a.key = b.key WHERE a.key IS NULL OR b.key IS NULL OR a.line <> b.line`
}
