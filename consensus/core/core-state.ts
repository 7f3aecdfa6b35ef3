/** The mutable state of one core, and the small questions that every part of it asks. */
import type { Block } from '../../domain/block.js'
import type { QuorumCertificate, TimeoutCertificate } from '../../domain/certificate.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import type { ExecutionResult, StateNodes } from '../../domain/execution/types.js'
import type { Limits, ValidatorSet } from '../../domain/genesis.js'
import { asView, type BlockHash, type UnixMillis, type ValidatorId, type View } from '../../domain/ids.js'
import type { LeadersState } from '../../domain/reputation/leaders.js'
import { verifyQc, verifyTc } from '../../domain/verify-certificate.js'
import { firstRoom } from './block-room.js'
import { createBlockTree, type BlockTree } from './block-tree.js'
import { firstGathering, type Gathering } from './gathering.js'
import { electLeader, type ElectLeader } from './leader.js'
import type { Proposal } from './messages.js'
import type { CheckTransaction, Execute, TxPool } from './ports.js'
import type { Effect, Report } from './protocol.js'
import type { SafetyContext, SafetyRecord } from './safety-rules.js'
import { createTimeoutPool, type TimeoutPool } from './timeout-pool.js'
import { firstViewTime, type ViewTime } from './view-time.js'
import { createVotePool, type VotePool } from './vote-pool.js'

export type CoreConfig = {
  readonly set: ValidatorSet
  readonly limits: Limits
  readonly self: ValidatorId
  readonly signer: Signer
  readonly genesisBlock: Block
  readonly verify: VerifySignature
  readonly checkTransaction: CheckTransaction
  readonly execute: Execute
  readonly pool: TxPool
  /** State nodes of the committed head; must hold a block's changes once its commit effect was carried out. */
  readonly committedNodes: StateNodes
  /** View timeout while views are fast, milliseconds. */
  readonly baseTimeoutMs: number
  /** Chooses leaders in tests; the product always elects by score. All nodes of a network must choose alike. */
  readonly electLeader?: ElectLeader
  /** Only in the simulator: this key signs elsewhere too, on purpose, so its own signatures from outside stop nobody. */
  readonly sharesKey?: boolean
}

/** What a node finds on its disk. */
export type Recovered = {
  readonly record: SafetyRecord
  readonly head: { readonly block: Block; readonly execution: ExecutionResult; readonly commitCertificate?: QuorumCertificate | undefined }
  /** Stored blocks above the head, parents before children. */
  readonly uncommitted: readonly Block[]
}

export type Fetch = { readonly from: ValidatorId; readonly attempts: number }

/** What was first seen of a proposer in a view. */
export type SeenProposal = { readonly view: View; readonly hash: BlockHash; readonly signature: Uint8Array; readonly isDouble: boolean }

export type Core = {
  readonly config: CoreConfig
  readonly safety: SafetyContext
  readonly electLeader: ElectLeader
  readonly tree: BlockTree
  readonly votes: VotePool
  readonly timeouts: TimeoutPool
  readonly effects: Effect[]
  /** In-flight block requests by target. */
  readonly fetches: Map<BlockHash, Fetch>
  /** First proposal of each validator in each recent view, by `proposalKey`. */
  readonly proposals: Map<string, SeenProposal>
  /** Standings after a block of the tree, as read from its state. */
  readonly leaders: WeakMap<Block, LeadersState>
  /** Peers that have said where they stand since the start. */
  readonly heardFrom: Set<ValidatorId>
  /** How many of them it takes before anything is signed. */
  mustHear: number
  /** Why this node has stopped for good. */
  haltReason: string | undefined
  record: SafetyRecord
  /** What made the committed head final: a peer may lack this one certificate alone. */
  commitQc: QuorumCertificate | undefined
  view: View
  now: UnixMillis
  /** A proposal whose parent is being fetched. */
  pendingProposal: { readonly proposal: Proposal; readonly from: ValidatorId } | undefined
  /** A valid proposal was seen in the current view: somebody is waiting for its certificate. */
  proposalInView: boolean
  timerView: View | undefined
  /** The timer was set while this node still waited to be told by others. */
  isTimerForAsking: boolean
  gaveUpView: View | undefined
  /** Views entered by timeout since the last commit; lengthens the timer. */
  failedViews: number
  viewChanges: number
  /** Most transactions of the next block this node proposes. */
  blockRoom: number
  /** Whether they wait for company. */
  readonly gathering: Gathering
  readonly viewTime: ViewTime
}

export function createCoreState(config: CoreConfig, recovered: Recovered): Core {
  const { record } = recovered
  return {
    config,
    safety: { chainId: config.set.chainId, self: config.self, signer: config.signer },
    electLeader: config.electLeader ?? electLeader,
    tree: createBlockTree(recovered.head, config.committedNodes),
    votes: createVotePool(config.set),
    timeouts: createTimeoutPool(config.set),
    effects: [],
    fetches: new Map(),
    proposals: new Map(),
    leaders: new WeakMap(),
    heardFrom: new Set(),
    mustHear: 0,
    haltReason: undefined,
    record,
    commitQc: recovered.head.commitCertificate,
    view: asView(Math.max(record.highQc.data.view, record.highTc?.view ?? 0) + 1),
    now: 0 as UnixMillis,
    pendingProposal: undefined,
    proposalInView: false,
    timerView: undefined,
    isTimerForAsking: false,
    gaveUpView: undefined,
    failedViews: 0,
    viewChanges: 0,
    blockRoom: firstRoom(config.limits),
    gathering: firstGathering(),
    viewTime: firstViewTime(),
  }
}

export const emit = (core: Core, ...effects: Effect[]): void => void core.effects.push(...effects)
export const report = (core: Core, entry: Report): void => emit(core, { type: 'report', report: entry })

export const isValidQc = (core: Core, qc: QuorumCertificate): boolean =>
  verifyQc(qc, core.config.set, core.config.genesisBlock.hash, core.config.verify).ok

export const isValidTc = (core: Core, tc: TimeoutCertificate): boolean =>
  verifyTc(tc, core.config.set, core.config.genesisBlock.hash, core.config.verify).ok

/** The timeout certificate that a message of `view` must carry: none when the certificate is of the view before. */
export function isEntryProof(view: View, justifyView: View, lastTc: TimeoutCertificate | undefined): boolean {
  if (justifyView + 1 === view) return lastTc === undefined
  return lastTc !== undefined && lastTc.view + 1 === view
}
