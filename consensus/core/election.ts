/**
 * Elections as one node sees them: always judged from the state after the block that a proposal builds on, never from
 * what else this node knows. Two nodes may for a moment expect different leaders; no two disagree about a block.
 */
import { readLeaders } from '../../domain/execution/read-leaders.js'
import { asView, type ValidatorId, type View } from '../../domain/ids.js'
import type { LeadersState } from '../../domain/reputation/leaders.js'
import { viewOf, type TreeBlock } from './block-tree.js'
import type { Core } from './core-state.js'

/** Read once a block. */
export function leadersAfter(core: Core, node: TreeBlock): LeadersState {
  const known = core.leaders.get(node.block)
  if (known !== undefined) return known
  const read = readLeaders(core.tree.nodesAfter(node), node.block.header.stateRoot, core.config.set.validators.length)
  core.leaders.set(node.block, read)
  return read
}

/** Who may propose for `view` on top of `parent`. */
export function leaderAfter(core: Core, parent: TreeBlock, view: View): ValidatorId {
  return core.electLeader(core.config.set, leadersAfter(core, parent).elected, view)
}

/**
 * Leaders of the views between `parent` and `view`, oldest first: they brought no block to this chain. Of a longer gap
 * the newest 2n views count: after that many the scores of all who failed are as low as they get.
 */
export function failedLeaders(core: Core, parent: TreeBlock, view: View): readonly ValidatorId[] {
  const most = 2 * core.config.set.validators.length
  const failed: ValidatorId[] = []
  for (let at = Math.max(viewOf(parent) + 1, view - most); at < view; at++) failed.push(leaderAfter(core, parent, asView(at)))
  return failed
}
