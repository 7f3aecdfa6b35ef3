/** All that can happen to the core, and all that it can ask of the world. Reading this file tells what consensus does. */
import type { Block } from '../../domain/block.js'
import type { QuorumCertificate, Vote } from '../../domain/certificate.js'
import type { SignedHash } from '../../domain/evidence/evidence.js'
import type { StateChanges, TxReceipt } from '../../domain/execution/types.js'
import type { BlockHash, Height, UnixMillis, ValidatorId, View } from '../../domain/ids.js'
import type { PeerMessage } from './messages.js'
import type { SafetyRecord, SafetyRefusal } from './safety-rules.js'

export type Event =
  /** The node is up from its disk: it signs nothing until q - 1 others have said where they stand. */
  | { readonly type: 'start' }
  /** A decoded message from a peer the network has authenticated. */
  | { readonly type: 'message'; readonly from: ValidatorId; readonly message: PeerMessage }
  /** Everything committed up to this height is stored. */
  | { readonly type: 'commits-stored'; readonly height: Height }
  /** The view timer went off. */
  | { readonly type: 'timer'; readonly view: View }
  /** The gathering timer went off. */
  | { readonly type: 'gathered'; readonly view: View }
  /** The pool may have work it did not have before. */
  | { readonly type: 'transactions-available' }
  /** Answer to a fetch: ancestors of `target`, oldest first, perhaps not all of them. */
  | { readonly type: 'blocks'; readonly from: ValidatorId; readonly target: BlockHash; readonly blocks: readonly Block[] }
  /** A fetch got no usable answer. */
  | { readonly type: 'fetch-failed'; readonly from: ValidatorId; readonly target: BlockHash }
  /** A peer became reachable. */
  | { readonly type: 'peer-connected'; readonly peer: ValidatorId }

/** Effects are carried out in order: what must be on disk stands before what leaves. */
export type Effect =
  /** Store a block durably, so that what this node votes for can be found again. */
  | { readonly type: 'persist-block'; readonly block: Block }
  /** Write and fsync the safety record. */
  | { readonly type: 'persist-safety'; readonly record: SafetyRecord }
  | { readonly type: 'send'; readonly to: ValidatorId; readonly message: PeerMessage }
  /** To every other validator. */
  | { readonly type: 'broadcast'; readonly message: PeerMessage }
  | { readonly type: 'set-timer'; readonly view: View; readonly delayMs: number }
  | { readonly type: 'clear-timer' }
  /** Beside the view timer: transactions have gathered then. A newer one takes its place, and none is ever cleared. */
  | { readonly type: 'set-gathering-timer'; readonly view: View; readonly delayMs: number }
  /**
   * These blocks are final: oldest first, each exactly once, heights without gaps. Storing them may wait until the disk
   * is free; a `commits-stored` event says when it is done.
   */
  | { readonly type: 'commit'; readonly blocks: readonly CommittedBlock[] }
  /** Ask a peer for the blocks from `fromHeight` up to `target`. */
  | { readonly type: 'fetch'; readonly from: ValidatorId; readonly target: BlockHash; readonly fromHeight: Height }
  /** Stop for good: nothing may be signed with this key here any more, whatever happens next. */
  | { readonly type: 'halt'; readonly reason: string }
  /** Something an operator may want to know; never needed for safety. */
  | { readonly type: 'report'; readonly report: Report }

export type CommittedBlock = {
  readonly block: Block
  readonly receipts: readonly TxReceipt[]
  readonly changes: StateChanges
  /** Certificate of this block. */
  readonly certificate: QuorumCertificate
  /** Certificate whose commit info names this block or a descendant of it. */
  readonly commitCertificate: QuorumCertificate
}

export type { SignedHash }

/** A message, a frame that is none, or the answer to a fetch. */
export type RefusedType = PeerMessage['type'] | 'frame' | 'blocks'

export type Report =
  | { readonly kind: 'message-refused'; readonly from: ValidatorId; readonly message: RefusedType; readonly reason: string }
  | { readonly kind: 'vote-refused'; readonly view: View; readonly reason: SafetyRefusal | string }
  | { readonly kind: 'double-vote'; readonly first: Vote; readonly second: Vote }
  | { readonly kind: 'double-proposal'; readonly view: View; readonly proposer: ValidatorId; readonly first: SignedHash; readonly second: SignedHash }
  | { readonly kind: 'vote-received'; readonly vote: Vote }
  | { readonly kind: 'view-timed-out'; readonly view: View; readonly at: UnixMillis }
  | { readonly kind: 'view-changed'; readonly view: View }
  /** Certified blocks contradict the committed chain, or certified state differs from ours: stop and look. */
  | { readonly kind: 'safety-alarm'; readonly reason: string }
