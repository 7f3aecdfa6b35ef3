/** Writes where validators stand as leaders after a batch; their rows are there already. */
import { updateRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex } from '../../sql/values.js'
import type { KnownStanding } from '../standing-changes.js'

const COLUMNS: readonly Column<KnownStanding>[] = [
  { name: 'validator_id', type: 'bytea', value: ({ id }) => bytesOfHex(id) },
  { name: 'reputation', type: 'float8', value: ({ standing }) => standing.score },
  { name: 'is_jailed', type: 'bool', value: ({ standing }) => standing.isJailed },
  { name: 'failures', type: 'int8', value: ({ standing }) => standing.failures },
  { name: 'evidence', type: 'int8', value: ({ standing }) => standing.evidence },
  { name: 'signed_height', type: 'int8', value: ({ signedHeight }) => signedHeight },
]

const ASSIGNMENTS = COLUMNS.slice(1).map(({ name }) => `${name} = changed.${name}`).join(', ')

export const writeStandings = (standings: readonly KnownStanding[]): SqlStatement[] =>
  updateRows('validators', COLUMNS, standings, ASSIGNMENTS, 'validators.validator_id = changed.validator_id')
