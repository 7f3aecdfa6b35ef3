/**
 * How many transactions this node puts into the blocks it proposes, within what genesis allows. A block that takes longer
 * than a view may last is lost, and the next one would be larger still; a lost view halves the room, each commit gives
 * some back. What others propose is judged by the rules alone.
 */
import type { Limits } from '../../domain/genesis.js'

/** Here the cost of a block itself, whatever it holds, is a tenth of what its transactions cost. */
const STEADY_ROOM = 100
const LEAST_ROOM = 16
const RECOVERY = 1.25

export const firstRoom = ({ blockTxs }: Pick<Limits, 'blockTxs'>): number => Math.min(STEADY_ROOM, blockTxs)

/** Never below what a commit or two give back: a leader that is away costs views too. */
export const roomAfterLostView = (room: number): number => Math.min(room, Math.max(LEAST_ROOM, Math.floor(room / 2)))

export const roomAfterCommit = (room: number, { blockTxs }: Pick<Limits, 'blockTxs'>): number =>
  Math.min(blockTxs, room < STEADY_ROOM ? Math.ceil(room * RECOVERY) : room + 1)
