/** The root of the audit tree over the log, and how many entries it covers. */
import type { SqlRunner } from '../../sql/statement.js'
import { AUDIT_TREE_NAME } from '../sql/read-audit-tree.js'

export type AuditRootView = { readonly size: number; readonly root: string }

export async function readAuditRoot(sql: SqlRunner): Promise<AuditRootView | undefined> {
  const { rows } = await sql.query<{ size: string; root: Buffer }>('SELECT size, root FROM audit_tree WHERE name = $1', [AUDIT_TREE_NAME])
  const row = rows[0]
  return row === undefined ? undefined : { size: Number(row.size), root: row.root.toString('hex') }
}
