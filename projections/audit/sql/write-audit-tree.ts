/** Stores the right edge of the audit tree after a batch. */
import { encodeFrontier, rootOf } from '../../../audit/tree/tree.js'
import type { SqlStatement } from '../../sql/statement.js'
import { AUDIT_TREE_NAME, type AuditTree } from './read-audit-tree.js'

export const writeAuditTree = ({ frontier, headHash }: AuditTree): SqlStatement => ({
  text: `INSERT INTO audit_tree (name, size, root, frontier, head_hash) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO UPDATE SET size = excluded.size, root = excluded.root, frontier = excluded.frontier, head_hash = excluded.head_hash`,
  values: [AUDIT_TREE_NAME, frontier.size, Buffer.from(rootOf(frontier)), Buffer.from(encodeFrontier(frontier)), Buffer.from(headHash)],
})
