/** The columns that the migrations declare, by the names that information_schema has for their types. */
import type { Dialect } from '../../projections/sql/dialect.js'
import { readSteps } from '../../projections/sql/migrations/read-steps.js'
import { packageFile } from '../../platform/package-root.js'

const TYPES: Readonly<Record<string, string>> = {
  INT4: 'integer', INT8: 'bigint', BYTEA: 'bytea', TEXT: 'text', UUID: 'uuid', JSONB: 'jsonb', BOOL: 'boolean', FLOAT8: 'double precision',
  TIMESTAMPTZ: 'timestamp with time zone',
}

const COLUMN = new RegExp(`^\\s*(?:ADD COLUMN IF NOT EXISTS )?(\\w+) (${Object.keys(TYPES).join('|')})\\b`)

/** `table.column` -> type. */
export async function declaredColumns(dialect: Dialect): Promise<Record<string, string>> {
  const declared: Record<string, string> = {}
  for (const { sql } of await readSteps(packageFile('migrations'), dialect)) {
    const gone = /DROP TABLE IF EXISTS (\w+)/.exec(sql)?.[1]
    for (const column of Object.keys(declared)) if (column.startsWith(`${gone}.`)) delete declared[column]
    const table = /(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE) (\w+)/.exec(sql)?.[1]
    if (table === undefined) continue
    for (const line of sql.replace(/--.*$/gm, '').split(/\n|(?=ADD COLUMN)/)) {
      const [, column, type] = COLUMN.exec(line) ?? []
      if (column !== undefined && type !== undefined) declared[`${table}.${column}`] = TYPES[type] as string
    }
  }
  return declared
}
