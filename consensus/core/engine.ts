/**
 * The consensus core: a synchronous state machine, `step(event) -> effects`. It knows no clock, disk or network; the
 * time is an argument and everything it wants done is an effect, to be carried out in order before the next step.
 */
import { asHeight, type Height, type StateRoot, type UnixMillis, type ValidatorId, type View } from '../../domain/ids.js'
import type { BlockPlace } from '../../domain/policy/read-rules.js'
import type { LeaderStanding } from '../../domain/reputation/leaders.js'
import { heightOf } from './block-tree.js'
import { addBlock, onBlocks, onFetchFailed } from './catch-up.js'
import { createCoreState, type Core, type CoreConfig, type Recovered } from './core-state.js'
import { leaderAfter, leadersAfter } from './election.js'
import { onGathered } from './gathering.js'
import { maySign, onStart } from './joining.js'
import { onTimeout, onTimeoutCertificate, onTimer, updateTimer } from './pacemaker.js'
import { proposeIfLeader } from './proposing.js'
import type { Effect, Event } from './protocol.js'
import { onSyncInfo, sendSyncInfo } from './sync-info.js'
import { isLate } from './view-time.js'
import { onProposal, onVote, repeatVote, resumeVote } from './voting.js'

export type EngineStatus = {
  readonly view: View
  /** Of this view, as elected here; undefined while the highest certified block is still being fetched. */
  readonly leader: ValidatorId | undefined
  /** After the committed head, in the order of genesis. */
  readonly standings: readonly LeaderStanding[]
  readonly highQcView: View
  readonly highQcHeight: Height
  readonly committedHeight: Height
  readonly stateRoot: StateRoot
  readonly viewChanges: number
  /** Whether enough others have been heard since the start for this node to sign. */
  readonly maySign: boolean
  /** Why this node has stopped for good. */
  readonly haltReason: string | undefined
  /** Blocks not final yet, the committed head included. */
  readonly treeSize: number
}

/** How many of each thing is remembered: bounded, whatever peers send. */
export type Kept = { readonly view: View; readonly votes: number; readonly timeouts: number; readonly proposals: number; readonly fetches: number; readonly blocks: number }

export type Engine = {
  /** One transition. The effects of the last step must have been carried out, but for storing commits. */
  step(event: Event, now: UnixMillis): readonly Effect[]
  status(): EngineStatus
  /**
   * The block that a leader would build now. Its height counts what is certified and not final yet: a policy that begins
   * no later could go into no block and would look like work for ever. The state is the final one.
   */
  nextBlock(): BlockPlace
  /** Whether the view that is under way takes so long that whatever can wait should: never once it was given up. */
  isLate(now: UnixMillis): boolean
  /** Cheap enough to be asked after every step. */
  kept(): Kept
}

export function createEngine(config: CoreConfig, recovered: Recovered): Engine {
  const core = createCoreState(config, recovered)
  for (const block of recovered.uncommitted) addBlock(core, block)

  return {
    step(event, now) {
      if (core.haltReason !== undefined) return []
      core.now = now
      if (event.type === 'start') onStart(core, recovered)
      handle(core, event)
      retryPendingProposal(core)
      // With one validator a proposal certifies itself and opens the next view at once.
      while (proposeIfLeader(core));
      updateTimer(core)
      return core.effects.splice(0)
    },
    status: () => ({
      view: core.view,
      leader: leaderNow(core),
      standings: leadersAfter(core, core.tree.head).standings,
      highQcView: core.record.highQc.data.view,
      highQcHeight: core.record.highQc.data.height,
      committedHeight: heightOf(core.tree.head),
      stateRoot: core.tree.head.block.header.stateRoot,
      viewChanges: core.viewChanges,
      maySign: maySign(core),
      haltReason: core.haltReason,
      treeSize: core.tree.size,
    }),
    nextBlock: () => ({ height: asHeight(core.record.highQc.data.height + 1), parentRoot: core.tree.head.block.header.stateRoot, nodes: core.tree.nodesAfter(core.tree.head) }),
    isLate: (now) => isLate(core, now),
    kept: () => ({
      view: core.view, votes: core.votes.size, timeouts: core.timeouts.size, proposals: core.proposals.size, fetches: core.fetches.size, blocks: core.tree.size,
    }),
  }
}

function leaderNow(core: Core): ValidatorId | undefined {
  const parent = core.tree.get(core.record.highQc.data.blockHash)
  return parent === undefined ? undefined : leaderAfter(core, parent, core.view)
}

function handle(core: Core, event: Event): void {
  switch (event.type) {
    case 'start':
      return resumeVote(core)
    case 'transactions-available':
      return
    case 'commits-stored':
      return core.tree.commitsAreStored(event.height)
    case 'timer':
      return onTimer(core, event.view)
    case 'gathered':
      return onGathered(core, event.view)
    case 'blocks':
      return onBlocks(core, event.from, event.target, event.blocks)
    case 'fetch-failed':
      return onFetchFailed(core, event.from, event.target)
    case 'peer-connected':
      sendSyncInfo(core, event.peer)
      return repeatVote(core, event.peer)
    case 'message':
      return onMessage(core, event)
  }
}

function onMessage(core: Core, { message, from }: Extract<Event, { type: 'message' }>): void {
  switch (message.type) {
    case 'proposal':
      return onProposal(core, message.proposal, from)
    case 'vote':
      return onVote(core, message.vote, from)
    case 'timeout':
      return onTimeout(core, message.timeout, from)
    case 'timeout-certificate':
      return onTimeoutCertificate(core, message.tc, from)
    case 'sync-info':
      return onSyncInfo(core, message.info, from)
  }
}

function retryPendingProposal(core: Core): void {
  const pending = core.pendingProposal
  if (pending === undefined) return
  const { header } = pending.proposal.block
  if (header.view < core.view) core.pendingProposal = undefined
  else if (core.tree.get(header.parentHash) !== undefined && (maySign(core) || core.tree.get(pending.proposal.block.hash) === undefined)) {
    core.pendingProposal = undefined
    onProposal(core, pending.proposal, pending.from)
  }
}
