/** Writes the state root after each committed block; the version is the height. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, timeOfMillis } from '../../sql/values.js'
import type { CommittedBlock } from './insert-blocks.js'

const succeeded = (kind: string) => ({ block }: CommittedBlock): number =>
  block.transactions.filter((tx) => tx.kind === kind && tx.status === 'success').length

const COLUMNS: readonly Column<CommittedBlock>[] = [
  { name: 'version', type: 'int8', value: ({ block }) => block.height },
  { name: 'state_root', type: 'bytea', value: ({ block }) => bytesOfHex(block.stateRoot) },
  { name: 'block_height', type: 'int8', value: ({ block }) => block.height },
  { name: 'block_hash', type: 'bytea', value: ({ block }) => bytesOfHex(block.blockHash) },
  { name: 'tx_count', type: 'int4', value: ({ block }) => block.transactions.length },
  { name: 'reputation_changes', type: 'int4', value: succeeded('evidence') },
  { name: 'policy_changes', type: 'int4', value: succeeded('policy') },
  { name: 'created_at', type: 'timestamptz', value: ({ block }) => timeOfMillis(block.at) },
]

export const insertStateVersions = (blocks: readonly CommittedBlock[]): SqlStatement[] => insertRows('state_versions', COLUMNS, blocks, '(version) DO NOTHING')
