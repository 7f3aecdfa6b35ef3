/** The steps that have run: name -> checksum of the file as it was then. */
import type { SqlRunner } from '../statement.js'

export async function readRecord(sql: SqlRunner): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migrations')
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}
