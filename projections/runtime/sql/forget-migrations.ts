/** Forgets which migrations have run, so that all of them run again. */
import type { SqlRunner } from '../../sql/statement.js'

export const forgetMigrations = (sql: SqlRunner): Promise<unknown> => sql.query('DELETE FROM schema_migrations')
