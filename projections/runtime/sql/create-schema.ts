/** Makes a schema where there is none of the name. */
import type { SqlRunner } from '../../sql/statement.js'

export const createSchema = (sql: SqlRunner, schema: string): Promise<unknown> => sql.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
