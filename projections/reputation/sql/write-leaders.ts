/** Writes the scores of validators after a batch. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { LeaderScore } from '../changes.js'

const COLUMNS: readonly Column<readonly [string, LeaderScore]>[] = [
  { name: 'validator_id', type: 'bytea', value: ([id]) => Buffer.from(id, 'hex') },
  { name: 'score', type: 'int4', value: ([, { score }]) => score },
  { name: 'signed_height', type: 'int8', value: ([, { signedHeight }]) => signedHeight },
  { name: 'updated_height', type: 'int8', value: ([, { height }]) => height },
]

const REPLACE = '(validator_id) DO UPDATE SET score = excluded.score, signed_height = excluded.signed_height, updated_height = excluded.updated_height'

export const writeLeaders = (leaders: ReadonlyMap<string, LeaderScore>): SqlStatement[] => insertRows('leader_scores', COLUMNS, [...leaders], REPLACE)
