/**
 * Offers transactions by the clock and not by how fast they are taken: one that has to wait counts its wait from the
 * moment it was due, so a node that stalls cannot hide it.
 */
import type { Phase } from './protocol.js'

export type Feed = { /** Resolves when the last transaction was offered. */ readonly done: Promise<void>; stop(): void }

const TICK_MS = 2

export const dueAt = ({ startAt, rate }: Phase, index: number): number => startAt + (index * 1000) / rate

/** @param offer takes the transactions with indices [from, to), all due now or earlier */
export function startFeed(phase: Phase, count: number, now: () => number, offer: (from: number, to: number) => void): Feed {
  let next = 0
  let finish: () => void = () => undefined
  const done = new Promise<void>((resolve) => { finish = resolve })
  const tick = (): void => {
    const elapsedMs = now() - phase.startAt
    const due = elapsedMs < 0 ? 0 : Math.min(count, Math.floor((elapsedMs * phase.rate) / 1000) + 1)
    if (due > next) {
      const from = next
      next = due
      offer(from, due)
    }
    if (next < count) return
    stop()
    finish()
  }
  const timer = setInterval(tick, TICK_MS)
  const stop = (): void => clearInterval(timer)
  return { done, stop }
}
