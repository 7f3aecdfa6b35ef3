/** The standings of leaders in the state, and what a block does to them. */
import type { ValidatorSet } from '../genesis.js'
import type { StateRoot } from '../ids.js'
import { afterBlock, decodeLeaders, encodeLeaders, firstLeaders, type LeadersState } from '../reputation/leaders.js'
import { getValue } from '../state/get-value.js'
import type { StateDraft, StateReader } from './draft.js'
import { LEADERS_KEY } from './state-keys.js'
import type { BlockTurn, StateNodes } from './types.js'

/** Standings in the state at `root`. Throws StateNodeError when the store is damaged. */
export const readLeaders = (nodes: StateNodes, root: StateRoot, count: number): LeadersState =>
  leadersIn({ get: (key) => getValue(nodes, root, key) }, count)

/** Genesis writes no standings: until the first block everybody is trusted. */
export function leadersIn(state: StateReader, count: number): LeadersState {
  const bytes = state.get(LEADERS_KEY)
  return bytes === undefined ? firstLeaders(count) : decodeLeaders(bytes)
}

export const writeLeaders = (draft: StateDraft, leaders: LeadersState): void => draft.set(LEADERS_KEY, encodeLeaders(leaders))

/** Enters what the block itself says of leaders, before any of its transactions. */
export function noteTurn(draft: StateDraft, { proposer, failedLeaders, justify }: BlockTurn, set: ValidatorSet): void {
  const indexOf = (id: BlockTurn['proposer']): number | undefined => set.byId(id)?.index
  writeLeaders(draft, afterBlock(leadersIn(draft, set.validators.length), {
    proposer: indexOf(proposer),
    failed: failedLeaders.flatMap((id) => indexOf(id) ?? []),
    signers: justify.signatures.map(({ index }) => index),
    commitsGrandparent: justify.data.commit !== undefined,
  }))
}
