/** Writes the transactions of committed blocks, with what execution made of each. */
import type { EventData } from '../../../domain/events/schema.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, timeOfMillis, timeOfSeconds } from '../../sql/values.js'
import type { CommittedBlock } from './insert-blocks.js'

type Block = EventData<'BlockCommitted'>
type Row = { readonly block: Block; readonly index: number; readonly tx: Block['transactions'][number] }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'tx_hash', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.txId) },
  { name: 'block_height', type: 'int8', value: ({ block }) => block.height },
  { name: 'tx_index', type: 'int4', value: ({ index }) => index },
  { name: 'tx_type', type: 'text', value: ({ tx }) => (tx.kind === 'report' ? 'evidence' : tx.kind) },
  // A validator's contradiction is called evidence too, by us; the original has evidence about anomalies alone.
  { name: 'tx_kind', type: 'text', value: ({ tx }) => (tx.kind === 'report' ? tx.kind : null) },
  { name: 'anomaly_id', type: 'uuid', value: ({ tx }) => tx.anomalyId },
  { name: 'producer_id', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.producerId) },
  { name: 'nonce', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.nonce) },
  { name: 'content_hash', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.contentHash) },
  { name: 'algorithm', type: 'text', value: ({ tx }) => (tx.signature === null ? null : 'Ed25519') },
  { name: 'public_key', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.publicKey) },
  { name: 'signature', type: 'bytea', value: ({ tx }) => bytesOfHex(tx.signature) },
  { name: 'status', type: 'text', value: ({ tx }) => tx.status },
  { name: 'code', type: 'text', value: ({ tx }) => tx.code },
  { name: 'error_msg', type: 'text', value: ({ tx }) => tx.code },
  { name: 'submitted_at', type: 'timestamptz', value: ({ tx }) => timeOfSeconds(tx.submittedAtSeconds) },
  { name: 'executed_at', type: 'timestamptz', value: ({ block }) => timeOfMillis(block.timestamp) },
]

export function insertTransactions(blocks: readonly CommittedBlock[]): SqlStatement[] {
  const rows = blocks.flatMap(({ block }) => block.transactions.map((tx, index): Row => ({ block, index, tx })))
  return insertRows('transactions', COLUMNS, rows, '(block_height, tx_index) DO NOTHING')
}
