/** The two databases that read models live in. They share all statements; schemas differ in how keys are spread. */
import type pg from 'pg'
import { withSqlRetry } from './retry.js'
import type { SqlRunner } from './statement.js'

export type Dialect = 'postgresql' | 'cockroachdb'

/** The dialect of a database: `?dialect=` of its URL where that is given, otherwise what the server says it is. */
export async function findDialect(pool: pg.Pool): Promise<Dialect> {
  return dialectOfUrl(pool.options.connectionString) ?? withSqlRetry(() => askDialect(pool))
}

/** Throws where the URL names a dialect that does not exist. */
export function dialectOfUrl(url: string | undefined): Dialect | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const name = new URL(url).searchParams.get('dialect')
  if (name === null || name === 'postgresql' || name === 'cockroachdb') return name ?? undefined
  throw new Error(`the database URL says dialect=${name}; it may be postgresql or cockroachdb, or be left out`)
}

export async function askDialect(sql: SqlRunner): Promise<Dialect> {
  const { rows } = await sql.query<{ version: string }>('SELECT version() AS version')
  return rows[0]?.version.includes('CockroachDB') === true ? 'cockroachdb' : 'postgresql'
}

/**
 * Call it at the begin of a transaction that renames tables. Since 25.1 CockroachDB otherwise commits before each of
 * them (https://github.com/cockroachdb/cockroach/issues/133180). Names can be swapped in a transaction since 22.1
 * (https://github.com/cockroachdb/cockroach/pull/70334); readers on other nodes learn of them one table after another.
 */
export async function keepRenamesInTransaction(client: SqlRunner, dialect: Dialect): Promise<void> {
  if (dialect === 'cockroachdb') await client.query('SET LOCAL autocommit_before_ddl = off')
}
