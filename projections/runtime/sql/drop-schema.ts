/** Removes a schema with all that is in it. */
import type { SqlRunner } from '../../sql/statement.js'

export const dropSchema = (sql: SqlRunner, schema: string): Promise<unknown> => sql.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
