/** What a node needs of the world around it. */
import type { Signer } from '../../domain/crypto.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { Engine } from '../../consensus/core/engine.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { Effect, Event, Report } from '../../consensus/core/protocol.js'
import type { Random } from '../kernel/random.js'
import type { Timeline } from '../kernel/timeline.js'
import type { Oracle, Violate } from '../oracles/oracle.js'
import type { Counts, SimNode } from '../types.js'
import type { Network } from './network-of.js'

export type Environment = {
  readonly network: Network
  readonly timeline: Timeline
  readonly counts: Counts
  readonly oracles: readonly Oracle[]
  readonly random: Random
  readonly nodes: readonly SimNode[]
  readonly violate: Violate
  signer(index: number): Signer
  /** Throws SafetyRecordError where the disk does not allow a start. */
  boot(node: SimNode, signer: Signer): Engine
  /** All nodes with this key: one, or an original and its twin. */
  holdersOf(id: ValidatorId): readonly SimNode[]
  transmit(from: SimNode, to: SimNode, message: PeerMessage): void
  fetch(by: SimNode, effect: Extract<Effect, { type: 'fetch' }>, answer: (event: Event) => void): void
  onReport(node: SimNode, report: Report): void
  trace(node: SimNode, what: Event | string): void
  /** Whether a write that the power interrupts leaves a part of itself. */
  tearsWrites(): boolean
  /** The part that such a write leaves, below 1. */
  writtenShare(): number
}
