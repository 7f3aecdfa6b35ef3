/**
 * How long a view may take here before it is given up. The base is meant for machines and networks that keep up. Where
 * the slowest of the latest views took more than a third of it, a view gets three times what that one took: giving up
 * what would still have come only adds work to a machine that has too much, as TCP learnt with its own timer (RFC 6298).
 * Each node judges by its own clock, nobody checks it, and a leader that is away never costs more than three base timeouts.
 */
import type { UnixMillis, View } from '../../domain/ids.js'
import type { Core } from './core-state.js'

const BACKOFF = 1.2
/** Base timeouts. */
const LONGEST = 3
const HEADROOM = 3
/** Of the base: what a view takes on a machine that has too much to do, and seldom on any other. */
const LATE = 0.25
/** Of what is remembered of a slow view, with each one after it: fifty-five views forget the slowest. */
const MEMORY = 0.98

export type ViewTime = {
  /** Of the latest views, the older the less, ms. */
  slowestMs: number
  /** The view that is under way, while there is work in it. */
  timed: { readonly view: View; readonly beganAt: UnixMillis } | undefined
}

export const firstViewTime = (): ViewTime => ({ slowestMs: 0, timed: undefined })

/** The base, or more where views are slow, times 1.2 for each view lost since the last commit; at most three times the base. */
export const timeoutMs = (baseMs: number, failedViews: number, slowestMs: number): number =>
  Math.min(LONGEST * baseMs, Math.round(Math.max(baseMs, HEADROOM * slowestMs) * BACKOFF ** failedViews))

/** The timer of this view was set. One that was given up is still under way: it may be certified yet. */
export function noteTimed({ viewTime, now, view }: Core, gatheringMs: number): void {
  if (viewTime.timed?.view !== view) viewTime.timed = { view, beganAt: (now + gatheringMs) as UnixMillis }
}

/** There is nothing to wait for. */
export const noteQuiet = ({ viewTime }: Core): void => void (viewTime.timed = undefined)

/** The view that is under way takes long and was not given up yet: what can wait had better leave the machine to it. */
export const isLate = ({ viewTime: { timed }, gaveUpView, config }: Core, now: UnixMillis): boolean =>
  timed !== undefined && timed.view !== gaveUpView && now - timed.beganAt > LATE * config.baseTimeoutMs

/** A view was certified. */
export function noteEnded({ viewTime, now, config }: Core, view: View): void {
  if (viewTime.timed?.view !== view) return
  const tookMs = Math.max(0, now - viewTime.timed.beganAt)
  // What takes longer than this changes nothing but how long it is remembered.
  viewTime.slowestMs = Math.max(Math.min((LONGEST / HEADROOM) * config.baseTimeoutMs, tookMs), MEMORY * viewTime.slowestMs)
  viewTime.timed = undefined
}
