/**
 * Who may propose in a view. Validators take turns in genesis order; a turn of one that failed lately, or was proven to
 * contradict itself, mostly goes to another one, drawn by score. Whole numbers and one hash: every validator that
 * looks at the same scores names the same leader.
 */
import { ByteWriter } from '../../domain/bytes.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import { sha256, tagBytes } from '../../domain/hash.js'
import type { Epoch, ValidatorId, View } from '../../domain/ids.js'
import { LEADER_RULES } from '../../domain/reputation/leaders.js'

/** @param scores 0 to 100, by index in the set */
export type ElectLeader = (set: ValidatorSet, scores: readonly number[], view: View) => ValidatorId

/** Whose turn it is when everybody is trusted alike. */
export const candidateOf = (set: ValidatorSet, view: View): number => view % set.validators.length

export const electLeader: ElectLeader = (set, scores, view) => {
  const candidate = candidateOf(set, view)
  const score = scores[candidate] ?? 0
  if (score >= LEADER_RULES.fullScore) return idAt(set, candidate)
  const others = set.validators.map(({ index }) => (index === candidate ? 0 : scores[index] ?? 0))
  const total = others.reduce((sum, other) => sum + other, 0)
  const { first, second } = drawOf(set.epoch, view)
  // With nobody else to draw, and so also when nobody has any score, turns are all that is left.
  if (total === 0 || first % LEADER_RULES.fullScore < score) return idAt(set, candidate)
  let left = second % total
  for (const [index, other] of others.entries()) {
    if (left < other) return idAt(set, index)
    left -= other
  }
  throw new Error('a draw below the sum of all scores always falls on one of them')
}

const LEADER_TAG = tagBytes('cybermesh/leader/v1')

/** Two numbers of 32 bits that nobody can choose: all that goes in is the place in the chain of views. */
function drawOf(epoch: Epoch, view: View): { readonly first: number; readonly second: number } {
  const bytes = sha256(new ByteWriter(64).raw(LEADER_TAG).u64(epoch).u64(view).finish())
  const numbers = new DataView(bytes.buffer, bytes.byteOffset)
  return { first: numbers.getUint32(0), second: numbers.getUint32(4) }
}

function idAt(set: ValidatorSet, index: number): ValidatorId {
  const validator = set.validators[index]
  if (validator === undefined) throw new Error('a validator set is never empty')
  return validator.id
}
