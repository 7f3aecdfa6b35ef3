/** Writes committed blocks with the certificate that each really got. */
import type { EventData } from '../../../domain/events/schema.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfBase64, bytesOfHex, timeOfMillis } from '../../sql/values.js'

export type CommittedBlock = { readonly block: EventData<'BlockCommitted'>; readonly position: number }

const COLUMNS: readonly Column<CommittedBlock>[] = [
  { name: 'height', type: 'int8', value: ({ block }) => block.height },
  { name: 'block_hash', type: 'bytea', value: ({ block }) => bytesOfHex(block.blockHash) },
  { name: 'parent_hash', type: 'bytea', value: ({ block }) => bytesOfHex(block.parentHash) },
  { name: 'state_root', type: 'bytea', value: ({ block }) => bytesOfHex(block.stateRoot) },
  { name: 'proposer_id', type: 'bytea', value: ({ block }) => bytesOfHex(block.proposer) },
  { name: 'view_number', type: 'int8', value: ({ block }) => block.view },
  { name: 'epoch', type: 'int8', value: ({ block }) => block.epoch },
  { name: 'timestamp', type: 'timestamptz', value: ({ block }) => timeOfMillis(block.timestamp) },
  { name: 'tx_count', type: 'int4', value: ({ block }) => block.transactions.length },
  { name: 'tx_root', type: 'bytea', value: ({ block }) => bytesOfHex(block.txRoot) },
  { name: 'receipts_root', type: 'bytea', value: ({ block }) => bytesOfHex(block.receiptsRoot) },
  { name: 'header', type: 'bytea', value: ({ block }) => bytesOfBase64(block.header) },
  { name: 'qc_view', type: 'int8', value: ({ block }) => block.certificateView },
  { name: 'qc_signatures', type: 'bytea', value: ({ block }) => bytesOfBase64(block.certificate) },
  { name: 'qc_signers', type: 'int4', value: ({ block }) => block.certificateSigners.length },
  { name: 'commit_certificate', type: 'bytea', value: ({ block }) => bytesOfBase64(block.commitCertificate) },
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
  { name: 'committed_at', type: 'timestamptz', value: ({ block }) => timeOfMillis(block.at) },
]

export const insertBlocks = (blocks: readonly CommittedBlock[]): SqlStatement[] => insertRows('blocks', COLUMNS, blocks, '(height) DO NOTHING')
