/** The audit tree as it stands: its right edge and the hash of the last row. */
import { decodeFrontier, emptyTree, type TreeFrontier } from '../../../audit/tree/tree.js'
import type { SqlRunner } from '../../sql/statement.js'
import { FIRST_PREVIOUS_HASH } from '../record.js'

export type AuditTree = { readonly frontier: TreeFrontier; readonly headHash: Uint8Array }

export const AUDIT_TREE_NAME = 'log'

export async function readAuditTree(client: SqlRunner): Promise<AuditTree> {
  const { rows } = await client.query<{ frontier: Buffer; head_hash: Buffer }>('SELECT frontier, head_hash FROM audit_tree WHERE name = $1', [AUDIT_TREE_NAME])
  const row = rows[0]
  return row === undefined ? { frontier: emptyTree, headHash: FIRST_PREVIOUS_HASH } : { frontier: decodeFrontier(row.frontier), headHash: row.head_hash }
}
