/** Waits for everybody who reads or writes these tables, and keeps them out until the end of the transaction. */
import type { SqlRunner } from '../../sql/statement.js'

export const lockTables = (client: SqlRunner, tables: readonly string[]): Promise<unknown> =>
  client.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`)
