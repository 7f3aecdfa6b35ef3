/**
 * Offers transactions by the clock and not by how fast they are taken: one that has to wait counts its wait from the
 * moment it was due, so a node that stalls cannot hide it. As at a topic, one batch is taken at a time, and none while
 * the pool is full: a node in trouble must not spend its processor on taking in more.
 */
import type { Phase } from './protocol.js'

export type Feed = { /** Resolves when the last transaction was taken. */ readonly done: Promise<void>; stop(): void }

export type FeedPorts = {
  now(): number
  /** Whether there is room for another batch. */
  isOpen(): boolean
  /** Takes the transactions with indices [from, to), all due now or earlier. */
  take(from: number, to: number): Promise<void>
  onError(error: unknown): void
}

/** Soonest that it looks again. */
const TICK_MS = 2
const MAX_BATCH = 256

export const dueAt = ({ startAt, rate }: Phase, index: number): number => startAt + (index * 1000) / rate

export function startFeed(phase: Phase, count: number, { now, isOpen, take, onError }: FeedPorts): Feed {
  let next = 0
  let isTaking = false
  let finish: () => void = () => undefined
  const done = new Promise<void>((resolve) => { finish = resolve })
  const tick = (): void => {
    const elapsedMs = now() - phase.startAt
    const due = elapsedMs < 0 ? 0 : Math.min(count, Math.floor((elapsedMs * phase.rate) / 1000) + 1)
    if (due > next && !isTaking && isOpen()) {
      const [from, to] = [next, Math.min(due, next + MAX_BATCH)]
      next = to
      isTaking = true
      take(from, to).catch(onError).finally(() => { isTaking = false })
    }
    if (next < count) return schedule()
    stop()
    finish()
  }
  // Five feeds share the machine with what they measure: none wakes up before there is something to offer.
  const schedule = (): void => {
    timer = setTimeout(tick, next < count ? Math.max(TICK_MS, Math.ceil(dueAt(phase, next) - now())) : TICK_MS)
  }
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearTimeout(timer)
  schedule()
  return { done, stop }
}
