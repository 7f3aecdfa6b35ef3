/**
 * The audit trail: every entry of the log is a leaf of one RFC 6962 tree and a chained row of audit_logs. A leaf binds
 * the bytes as stored, so an entry that nobody can decode is still bound by the root. The tree is the one that the
 * recorder publishes (audit/tree/entry.ts): at the same size, the roots are the same.
 */
import type pg from 'pg'
import { auditLeafOf, type EntryNames } from '../../audit/tree/entry.js'
import { appendLeafHash } from '../../audit/tree/tree.js'
import { uuidV5 } from '../../domain/uuid.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { timeOf } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { auditRecordOf, recordHash } from './record.js'
import { insertAuditLogs, type AuditRow } from './sql/insert-audit-logs.js'
import { readAuditTree, type AuditTree } from './sql/read-audit-tree.js'
import { writeAuditTree } from './sql/write-audit-tree.js'

/** Version 1 took the stored bytes themselves for leaves. */
export const AUDIT_PROJECTION = { name: 'audit', version: 2 } as const

export const createAuditProjection = (pool: pg.Pool): Projection => createSqlProjection(pool, {
  ...AUDIT_PROJECTION,
  takesUnreadable: true,
  tables: ['audit_logs', 'audit_tree'],
  fold: async (entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> => {
    const { tree, rows } = foldAudit(entries, await readAuditTree(client))
    return [...insertAuditLogs(rows), writeAuditTree(tree)]
  },
})

export function foldAudit(entries: readonly BatchEntry[], before: AuditTree): { readonly tree: AuditTree; readonly rows: readonly AuditRow[] } {
  let { frontier, headHash } = before
  let at = 0
  const rows = entries.map((entry): AuditRow => {
    if (entry.position !== frontier.size) throw new Error(`audit tree has ${frontier.size} leaves, the next entry is ${entry.position}`)
    const leaf = auditLeafOf(entry.position, entry.bytes, namesOf(entry))
    const previousHash = headHash
    frontier = appendLeafHash(frontier, leaf)
    headHash = recordHash(previousHash, leaf)
    if (entry.kind === 'event') at = timeOf(entry.recorded)
    const id = entry.kind === 'event' ? entry.recorded.id : uuidV5(`unreadable/${entry.position}`)
    return { id, position: entry.position, leafHash: leaf, previousHash, recordHash: headHash, at, ...auditRecordOf(entry) }
  })
  return { tree: { frontier, headHash }, rows }
}

/** What was read already; the bytes of an entry that could not be decoded may still name it. */
function namesOf(entry: BatchEntry): EntryNames | undefined {
  if (entry.kind === 'unreadable') return undefined
  const { id, stream, event } = entry.recorded
  return { id, stream, type: event.type }
}
