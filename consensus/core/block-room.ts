/**
 * How many transactions this node puts into the blocks it proposes, within what genesis allows. A block that takes longer
 * than a view may last is lost, and the next one would be larger still; a lost view halves the room, each commit gives
 * some back. Above the steady room a commit gives more only while this node's own blocks are certified well within a view:
 * else room would grow on a busy machine until views are lost. What others propose is judged by the rules alone.
 */
import type { Limits } from '../../domain/genesis.js'

/** Here the cost of a block itself, whatever it holds, is a tenth of what its transactions cost. */
const STEADY_ROOM = 100
const LEAST_ROOM = 16
const RECOVERY = 1.25
/** Of the base timeout: what the certificate of an own block may take before blocks get smaller. */
const SLOW_SHARE = 0.25
const DECAY = 0.9

export const firstRoom = ({ blockTxs }: Pick<Limits, 'blockTxs'>): number => Math.min(STEADY_ROOM, blockTxs)

/** Never below what a commit or two give back: a leader that is away costs views too. */
export const roomAfterLostView = (room: number): number => Math.min(room, Math.max(LEAST_ROOM, Math.floor(room / 2)))

/** @param isSlow of the last own block with transactions */
export function roomAfterCommit(room: number, { blockTxs }: Pick<Limits, 'blockTxs'>, isSlow: boolean): number {
  if (room < STEADY_ROOM) return Math.min(blockTxs, Math.ceil(room * RECOVERY))
  return Math.min(blockTxs, isSlow ? Math.max(STEADY_ROOM, Math.floor(room * DECAY)) : room + 1)
}

/** @param ownRoundMs from this node's vote for its own block to the certificate; undefined before the first */
export const isSlowRound = (ownRoundMs: number | undefined, baseTimeoutMs: number): boolean => ownRoundMs !== undefined && ownRoundMs > SLOW_SHARE * baseTimeoutMs
