/** Who may propose in a view: validators take turns in genesis order. */
import type { ValidatorSet } from '../../domain/genesis.js'
import type { ValidatorId, View } from '../../domain/ids.js'

export function leaderOf(set: ValidatorSet, view: View): ValidatorId {
  const leader = set.validators[view % set.validators.length]
  if (leader === undefined) throw new Error('a validator set is never empty')
  return leader.id
}
