/** Moves a table with its rows and indexes into another schema. */
import type { SqlRunner } from '../../sql/statement.js'

export const moveTable = (client: SqlRunner, table: string, from: string, to: string): Promise<unknown> =>
  client.query(`ALTER TABLE ${from}.${table} SET SCHEMA ${to}`)
