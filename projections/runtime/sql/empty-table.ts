/** Deletes all rows of a table. */
import type { SqlRunner } from '../../sql/statement.js'

export const emptyTable = (sql: SqlRunner, table: string): Promise<unknown> => sql.query(`DELETE FROM ${table}`)
