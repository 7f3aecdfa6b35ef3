/** Adds what a batch says about validators to what is known. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, timeOfMillis } from '../../sql/values.js'
import type { ValidatorChange } from '../validator-changes.js'

const COLUMNS: readonly Column<ValidatorChange>[] = [
  { name: 'validator_id', type: 'bytea', value: ({ id }) => bytesOfHex(id) },
  { name: 'public_key', type: 'bytea', value: ({ registered }) => bytesOfHex(registered?.publicKey) },
  { name: 'name', type: 'text', value: ({ registered }) => registered?.name },
  { name: 'peer_id', type: 'text', value: ({ registered }) => registered?.peerId },
  { name: 'last_seen', type: 'timestamptz', value: ({ lastSeenAt }) => timeOfMillis(lastSeenAt) },
  { name: 'blocks_proposed', type: 'int8', value: ({ proposed }) => proposed },
  { name: 'blocks_voted', type: 'int8', value: ({ voted }) => voted },
  { name: 'created_at', type: 'timestamptz', value: ({ firstSeenAt }) => timeOfMillis(firstSeenAt) },
  { name: 'updated_at', type: 'timestamptz', value: ({ lastSeenAt }) => timeOfMillis(lastSeenAt) },
]

const MERGE = `(validator_id) DO UPDATE SET
  public_key = COALESCE(excluded.public_key, validators.public_key),
  name = COALESCE(excluded.name, validators.name),
  peer_id = COALESCE(excluded.peer_id, validators.peer_id),
  created_at = LEAST(excluded.created_at, validators.created_at),
  last_seen = GREATEST(excluded.last_seen, validators.last_seen),
  blocks_proposed = validators.blocks_proposed + excluded.blocks_proposed,
  blocks_voted = validators.blocks_voted + excluded.blocks_voted,
  updated_at = GREATEST(excluded.updated_at, validators.updated_at)`

export const upsertValidators = (changes: readonly ValidatorChange[]): SqlStatement[] => insertRows('validators', COLUMNS, changes, MERGE)
