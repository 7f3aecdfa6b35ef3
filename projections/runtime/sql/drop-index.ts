/** Removes an index. */
import type { SqlRunner } from '../../sql/statement.js'

export const dropIndex = (sql: SqlRunner, schema: string, name: string): Promise<unknown> => sql.query(`DROP INDEX IF EXISTS ${schema}.${name}`)
