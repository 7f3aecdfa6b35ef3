/** What every part of the simulator shares: what a run found, how it is counted, and the world that scripts act on. */
import type { Block } from '../domain/block.js'
import type { Signer, VerifySignature } from '../domain/crypto.js'
import type { Genesis, ValidatorSet } from '../domain/genesis.js'
import type { BlockHash, TxId, ValidatorId } from '../domain/ids.js'
import type { Transaction } from '../domain/transaction.js'
import type { Engine } from '../consensus/core/engine.js'
import type { PeerMessage } from '../consensus/core/messages.js'
import type { CommittedBlock, Report } from '../consensus/core/protocol.js'
import type { SafetyRecord } from '../consensus/core/safety-rules.js'
import type { SimDisk } from './world/disk.js'

export type ViolationKind =
  /** Two honest validators committed different blocks at one height. */
  | 'fork'
  /** A transaction that an honest validator held did not commit in time. */
  | 'stall'
  /** Commits were not told oldest first, each once, without gaps. */
  | 'order'
  | 'double-vote' | 'double-proposal' | 'vote-after-timeout'
  /** A signed message left before what forbids contradicting it was durable. */
  | 'not-on-disk'
  | 'state-differs' | 'two-certificates' | 'lock-fell' | 'unbounded' | 'not-idle'
  /** An honest validator raised the safety alarm. */
  | 'alarm'
  /** A validator whose memory is whole stopped for good. */
  | 'false-halt'
  /** The core threw. */
  | 'exception'
  /** A script expected something else. */
  | 'expectation'

export type Violation = { readonly kind: ViolationKind; readonly detail: string; readonly atMs: number }

export type Counts = {
  messages: number
  bytes: number
  events: number
  crashes: number
  restarts: number
  /** Validators that refused to start from a damaged disk. */
  refusals: number
  /** Validators that stopped since their key had signed what they do not remember. */
  halts: number
  /** Distinct heights that an honest validator committed. */
  commits: number
  emptyBlocks: number
  viewChanges: number
  fetches: number
  transactions: number
}

/** What one seed, one Twins case or one scenario found. */
export type Result = {
  readonly name: string
  readonly violations: readonly Violation[]
  readonly counts: Counts
  readonly virtualMs: number
  /** The last events, oldest first; filled where something was found. */
  readonly trace: readonly string[]
  /** What it was run with, as JSON. */
  readonly configuration?: unknown
}

/** How a validator finds its disk at a restart. `forgotten`: an operator who made a first record for a key that had signed. */
export type DiskFault = 'kept' | 'lost' | 'torn' | 'stale' | 'flipped' | 'forgotten'

export type SimNode = {
  /** Position of its key in the validator set: a twin shares it with its original. */
  readonly index: number
  /** Position in `world.nodes`. */
  readonly position: number
  readonly name: string
  readonly id: ValidatorId
  readonly isTwin: boolean
  /** False for twins, their originals, liars, and keys whose memory was put back by hand. */
  isHonest: boolean
  isUp: boolean
  /** Why it will not run again by itself: a refused disk or a fatal error. */
  stopped: string | undefined
  /** The core of the present incarnation. */
  engine: Engine
  /** Everything it told as final over its whole life, each height once. */
  readonly committed: CommittedBlock[]
  readonly reports: Report[]
  /** Every message it sent, once each however many were to get it. */
  readonly sent: PeerMessage[]
  /** Every safety record that became durable, oldest first. */
  readonly records: SafetyRecord[]
  readonly disk: SimDisk
  /** Transactions it holds: durable, as those of a topic that can be read again. */
  readonly pool: Map<TxId, Transaction>
  /** Added to the world's time to give this node's clock. */
  clockSkewMs: number
  /** Effect boundaries left until the power goes; undefined: none planned. */
  fuse: number | undefined
  /** Puts a liar around the honest core at the next start. */
  wrap: ((engine: Engine) => Engine) | undefined
  /** Sees and may change what leaves this node: a liar's tongue. Returns the messages really sent. */
  speak: ((message: PeerMessage, to: SimNode) => readonly (PeerMessage | Uint8Array)[]) | undefined
  /** Answers a request for blocks in another way than honestly. */
  answerFetch: ((target: BlockHash, fromHeight: number, honest: readonly Block[]) => readonly Block[]) | undefined
}

export type World = {
  /** Originals 0..n-1, then twins. */
  readonly nodes: readonly SimNode[]
  readonly n: number
  readonly genesis: Genesis
  readonly set: ValidatorSet
  readonly root: Block
  readonly baseTimeoutMs: number
  readonly verify: VerifySignature
  /** The key of validator `index`. */
  signer(index: number): Signer
  now(): number
  /** Decides message by message whether it leaves at all; comes on top of random faults. */
  filter: (from: SimNode, to: SimNode, message: PeerMessage) => boolean
  /** The k-th transaction, given to these nodes (default: all that are up). A node that is down holds it when it starts. */
  submitTx(k: number, ...to: readonly SimNode[]): TxId
  /** The k-th transaction. */
  tx(k: number): Transaction
  run(ms: number): void
  /** Runs until the condition holds, checked after every event. @returns whether it held in time */
  runUntil(condition: () => boolean, withinMs: number): boolean
  crash(node: SimNode): void
  /** Starts a node again; one that is up loses its power first. */
  restart(node: SimNode, disk?: DiskFault): void
  deliver(to: SimNode, from: ValidatorId, message: PeerMessage | Uint8Array): void
  /** Tells two nodes that they are connected. */
  connect(a: SimNode, b: SimNode): void
  /** All faults off, clocks right, every link open, every honest node up that may start. */
  heal(): void
  /** Plans something that is no work of the nodes. */
  after(delayMs: number, run: () => void): void
  /** True when no timer runs and nothing is on its way. */
  isIdle(): boolean
  /** Notes a violation that a script found. */
  violate(kind: ViolationKind, detail: string): void
  readonly violations: readonly Violation[]
  readonly counts: Counts
  /** The last events, oldest first. */
  trace(): readonly string[]
}
