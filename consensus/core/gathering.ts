/**
 * When a leader lets transactions gather. A block costs every validator the same whatever it holds, and so does the empty
 * one that makes it final. So the next block with transactions is held back until the last one is as long ago as eight
 * rounds take here, 15 % of a view's time at most: rounds take a quarter of the time, and blocks grow with the load. What
 * makes a block final, comes after quiet, follows a lost view or a full block is never held back. Where a round takes
 * longer than all that, nothing is. Each leader judges for itself, as it does with the room of its blocks.
 */
import type { Block } from '../../domain/block.js'
import type { UnixMillis, View } from '../../domain/ids.js'
import { emit, type Core } from './core-state.js'

/** A block and the one that makes it final are two rounds; six more are left to all else that the machine does. */
const ROUNDS = 8
/** Of the base timeout. Others wait for a leader as long as they would gather themselves: one that is far away gathers longer than that. */
const LONGEST_SHARE = 0.15
export const longestGatheringMs = (baseTimeoutMs: number): number => Math.floor(LONGEST_SHARE * baseTimeoutMs)

/** Of the bytes of a block: the next transaction may have been too large for what was left. */
const FULL = 0.9
/** Of the newest round in the running mean. */
const WEIGHT = 1 / 8

export type Gathering = {
  /** When the last block with transactions was voted for here. */
  filledAt: UnixMillis | undefined
  /** It was as large as this node would have made it: more waits. */
  isBehind: boolean
  /** Running mean of the time from the vote for a block to its certificate, ms. */
  roundMs: number | undefined
  /** What the round of the last block took that this node proposed and that had transactions, ms. */
  ownRoundMs: number | undefined
  /** The round that is under way. */
  round: { readonly view: View; readonly beganAt: UnixMillis; readonly isOwn: boolean } | undefined
  /** The view whose leader this node is and waits in. */
  waitsIn: View | undefined
  /** The view in which it has waited long enough, whatever a clock that jumped may say. */
  isOverIn: View | undefined
}

export const firstGathering = (): Gathering =>
  ({ filledAt: undefined, isBehind: false, roundMs: undefined, ownRoundMs: undefined, round: undefined, waitsIn: undefined, isOverIn: undefined })

/** A block was voted for: a round begins. */
export function noteVoted({ gathering, now, blockRoom, config }: Core, { header, transactions }: Block): void {
  gathering.round = { view: header.view, beganAt: now, isOwn: header.proposer === config.self && transactions.length > 0 }
  if (transactions.length === 0) return
  gathering.filledAt = now
  const sizeBytes = transactions.reduce((sum, { bytes }) => sum + bytes.length, 0)
  gathering.isBehind = transactions.length >= blockRoom || sizeBytes >= FULL * config.limits.blockBytes
}

/** A view was certified: a round ends. */
export function noteCertified({ gathering, now, config }: Core, view: View): void {
  if (gathering.round?.view !== view) return
  const ms = Math.max(0, now - gathering.round.beganAt)
  if (gathering.round.isOwn) gathering.ownRoundMs = ms
  // A clock that was set meanwhile says nothing about the network.
  const tookMs = Math.min(longestGatheringMs(config.baseTimeoutMs), ms)
  gathering.roundMs = gathering.roundMs === undefined ? tookMs : gathering.roundMs + WEIGHT * (tookMs - gathering.roundMs)
  gathering.round = undefined
}

/** How long the leader of this view may still let transactions gather, whole milliseconds; 0: not at all. */
export function gatheringMs({ gathering, now, record, view, config }: Core): number {
  const { filledAt, isBehind, roundMs, isOverIn } = gathering
  const followsLostView = record.highQc.data.view + 1 !== view
  if (filledAt === undefined || roundMs === undefined || isBehind || followsLostView || isOverIn === view) return 0
  const wholeMs = Math.min(longestGatheringMs(config.baseTimeoutMs), Math.ceil(ROUNDS * roundMs))
  return Math.min(wholeMs, Math.max(0, filledAt + wholeMs - now))
}

/** The leader of this view waits, once. */
export function gather(core: Core, delayMs: number): void {
  if (core.gathering.waitsIn === core.view) return
  core.gathering.waitsIn = core.view
  emit(core, { type: 'set-gathering-timer', view: core.view, delayMs })
}

export function onGathered(core: Core, view: View): void {
  if (view === core.view) core.gathering.isOverIn = view
}
