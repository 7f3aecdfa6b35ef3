/** The schema that readers look into. */
import type { SqlRunner } from '../../sql/statement.js'

export async function readHomeSchema(sql: SqlRunner): Promise<string> {
  const { rows } = await sql.query<{ schema: string | null }>('SELECT current_schema() AS schema')
  return rows[0]?.schema ?? 'public'
}
