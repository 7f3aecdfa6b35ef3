/** Sums up what many runs found. */
import type { Counts, Result } from '../types.js'

export type Tally = Counts & {
  seeds: number
  /** Runs in which two honest validators committed different blocks at one height. */
  forks: number
  /** Runs in which something was not committed in time after the network healed. */
  stalls: number
  /** Runs in which any other promise was broken. */
  otherViolations: number
  virtualMs: number
}

export const emptyTally = (): Tally => ({
  seeds: 0, forks: 0, stalls: 0, otherViolations: 0, virtualMs: 0,
  messages: 0, bytes: 0, events: 0, crashes: 0, restarts: 0, refusals: 0, halts: 0, commits: 0, emptyBlocks: 0, viewChanges: 0, fetches: 0, transactions: 0,
})

export function addResult(tally: Tally, { violations, counts, virtualMs }: Result): void {
  const kinds = new Set(violations.map(({ kind }) => kind))
  addTally(tally, {
    ...counts, virtualMs, seeds: 1,
    forks: kinds.has('fork') ? 1 : 0,
    stalls: kinds.has('stall') ? 1 : 0,
    otherViolations: [...kinds].some((kind) => kind !== 'fork' && kind !== 'stall') ? 1 : 0,
  })
}

export function addTally(into: Tally, more: Tally): void {
  for (const key of Object.keys(into) as (keyof Tally)[]) into[key] += more[key]
}
