/** Writes the changes of scores that a batch tells. */
import { eventTime } from '../../lives/times.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex } from '../../sql/values.js'
import type { ReputationChange } from '../changes.js'

const COLUMNS: readonly Column<ReputationChange>[] = [
  { name: 'change_number', type: 'int8', value: ({ number }) => number },
  { name: 'subject_kind', type: 'text', value: ({ kind }) => kind },
  { name: 'subject_id', type: 'bytea', value: ({ subject }) => bytesOfHex(subject) },
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
  { name: 'block_height', type: 'int8', value: ({ height }) => height },
  { name: 'score_before', type: 'int4', value: ({ before }) => before },
  { name: 'score_after', type: 'int4', value: ({ after }) => after },
  { name: 'reason', type: 'text', value: ({ reason }) => reason },
  { name: 'changed_at', type: 'timestamptz', value: ({ at }) => eventTime(at) },
]

export const insertChanges = (changes: readonly ReputationChange[]): SqlStatement[] => insertRows('reputation_changes', COLUMNS, changes, '(change_number) DO NOTHING')
