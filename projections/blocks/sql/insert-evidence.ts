/** Writes the proofs against validators that committed blocks carry and that counted. */
import type { EventData } from '../../../domain/events/schema.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, timeOfMillis } from '../../sql/values.js'
import type { CommittedBlock } from './insert-blocks.js'

type Block = EventData<'BlockCommitted'>
type Transaction = Block['transactions'][number]
type Row = { readonly block: Block; readonly index: number; readonly txId: string; readonly proof: NonNullable<Transaction['evidence']> }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'block_height', type: 'int8', value: ({ block }) => block.height },
  { name: 'tx_index', type: 'int4', value: ({ index }) => index },
  { name: 'tx_hash', type: 'bytea', value: ({ txId }) => bytesOfHex(txId) },
  { name: 'kind', type: 'text', value: ({ proof }) => proof.kind },
  { name: 'offender_id', type: 'bytea', value: ({ proof }) => bytesOfHex(proof.offender) },
  { name: 'view_number', type: 'int8', value: ({ proof }) => proof.view },
  { name: 'reporter_id', type: 'bytea', value: ({ block }) => bytesOfHex(block.proposer) },
  { name: 'recorded_at', type: 'timestamptz', value: ({ block }) => timeOfMillis(block.timestamp) },
]

export function insertEvidence(blocks: readonly CommittedBlock[]): SqlStatement[] {
  const rows = blocks.flatMap(({ block }) => block.transactions.flatMap(({ evidence: proof, status, txId }, index): Row[] =>
    (proof !== undefined && status === 'success' ? [{ block, index, txId, proof }] : [])))
  return insertRows('evidence', COLUMNS, rows, '(block_height, tx_index) DO NOTHING')
}
