/** Writes one audit row an event; its sequence number is the event's position. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { plainText, timeOfMillis } from '../../sql/values.js'
import type { AuditRecord } from '../record.js'

export type AuditRow = AuditRecord & {
  readonly id: string
  readonly position: number
  readonly leafHash: Uint8Array
  readonly previousHash: Uint8Array
  readonly recordHash: Uint8Array
  /** UTC milliseconds. */
  readonly at: number
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { name: 'sequence_num', type: 'int8', value: (row) => row.position },
  { name: 'id', type: 'uuid', value: (row) => row.id },
  { name: 'event_type', type: 'text', value: (row) => row.eventType },
  { name: 'severity', type: 'text', value: (row) => row.severity },
  { name: 'actor', type: 'text', value: (row) => plainText(row.actor) },
  { name: 'action', type: 'text', value: (row) => plainText(row.action) },
  { name: 'resource', type: 'text', value: (row) => plainText(row.resource) },
  { name: 'result', type: 'text', value: (row) => row.result },
  { name: 'fields', type: 'jsonb', value: (row) => JSON.stringify(row.fields).replaceAll('\\u0000', '\\uFFFD') },
  { name: 'leaf_hash', type: 'bytea', value: (row) => Buffer.from(row.leafHash) },
  { name: 'prev_hash', type: 'bytea', value: (row) => Buffer.from(row.previousHash) },
  { name: 'record_hash', type: 'bytea', value: (row) => Buffer.from(row.recordHash) },
  { name: 'timestamp', type: 'timestamptz', value: (row) => timeOfMillis(row.at) },
]

export const insertAuditLogs = (rows: readonly AuditRow[]): SqlStatement[] => insertRows('audit_logs', COLUMNS, rows, '(sequence_num) DO NOTHING')
