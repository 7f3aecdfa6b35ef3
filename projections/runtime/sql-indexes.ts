/**
 * Indexes of a version that is being built. Nobody reads it yet, and an index made of finished rows costs a fraction of
 * one kept with each row. Those that keep a rule or find a row by its key stay: folds need them.
 */
import type { Dialect } from '../sql/dialect.js'
import { withSqlRetry } from '../sql/retry.js'
import type { SqlRunner } from '../sql/statement.js'
import { dropIndex } from './sql/drop-index.js'
import { listIndexes } from './sql/list-indexes.js'

/** Removes them and returns the statements that make them again. On CockroachDB a schema change costs more than it saves. */
export async function putOffIndexes(sql: SqlRunner, dialect: Dialect, schema: string, tables: readonly string[]): Promise<readonly string[]> {
  if (dialect === 'cockroachdb') return []
  const indexes = await withSqlRetry(() => listIndexes(sql, schema, tables))
  const plain = indexes.filter(({ definition }) => definition.startsWith(PLAIN))
  for (const { name } of plain) await withSqlRetry(() => dropIndex(sql, schema, name))
  return plain.map(({ definition }) => definition.replace(PLAIN, `${PLAIN}IF NOT EXISTS `))
}

/** Two tables of a version at once: a server with more than one core sorts both. */
export async function makeIndexes(sql: SqlRunner, statements: readonly string[]): Promise<void> {
  await Promise.all(statements.map((statement) => withSqlRetry(() => sql.query(statement))))
}

/** Without UNIQUE. */
const PLAIN = 'CREATE INDEX '
