/** What a read model in SQL is: its name and version, its tables, and how entries of the log change them. */
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import type { BatchEntry } from './projection.js'

export type SqlFold = {
  readonly name: string
  readonly version: number
  readonly takesUnreadable?: boolean
  /** Tables that belong to this projection alone. */
  readonly tables: readonly string[]
  /** What has to change for these entries. May read inside the transaction; must not write. */
  fold(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]>
}
