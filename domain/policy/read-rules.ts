/** The rules in force as a state says: the one way from a state to its rules, for votes, execution and admission alike. */
import type { StateReader } from '../execution/draft.js'
import type { StateNodes } from '../execution/types.js'
import type { Genesis } from '../genesis.js'
import type { Height, StateRoot } from '../ids.js'
import { getValue } from '../state/get-value.js'
import { POLICIES_KEY } from './entry.js'
import { rulesAt, type RulesInForce } from './rules-at.js'

/** A block in the making: its height, and the state of its parent. */
export type BlockPlace = { readonly height: Height; readonly parentRoot: StateRoot; readonly nodes: StateNodes }

/** The rules that the next block will be judged by, and its height. */
export type RulesNow = { readonly rules: RulesInForce; readonly height: Height }

export type ReadRules = (place: BlockPlace) => RulesInForce

/** Remembers the entry of the last state: the transactions of a block all ask for the same. */
export function createRulesReader(genesis: Genesis): ReadRules {
  let last: { readonly root: StateRoot; readonly entry: Uint8Array | undefined } | undefined
  return ({ height, parentRoot, nodes }) => {
    if (last?.root !== parentRoot) last = { root: parentRoot, entry: getValue(nodes, parentRoot, POLICIES_KEY) }
    return rulesAt(genesis, last.entry, height)
  }
}

/** For a block whose parent's state is at hand. */
export const rulesFrom = (genesis: Genesis, parent: StateReader, height: Height): RulesInForce => rulesAt(genesis, parent.get(POLICIES_KEY), height)
