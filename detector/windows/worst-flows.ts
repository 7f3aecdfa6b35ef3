/** The worst flow towards each host within the last minute. Invariant: one flow a host, and no more hosts than there is room for. */
import type { FlowRecord } from '../sources/records.js'
import { boundedMap } from './bounded-map.js'

export type WorstFlows<T> = {
  /** @param badness the higher, the worse; @param of what is kept of the flow, asked for only where it is the worst */
  see(flow: FlowRecord, badness: number, of: () => T): void
  /** Undefined where no flow towards that host ended, or began, within the last minute. */
  worstTowards(target: string, nowMs: number): T | undefined
}

const MAX_TARGETS = 10_000
const KEPT_MS = 60_000

export function createWorstFlows<T>(): WorstFlows<T> {
  const worst = boundedMap<string, { readonly kept: T; readonly badness: number; readonly atMs: number }>(MAX_TARGETS)
  return {
    see(flow, badness, of) {
      const known = worst.get(flow.destination)
      if (known === undefined || badness > known.badness || flow.endMs - known.atMs > KEPT_MS) worst.set(flow.destination, { kept: of(), badness, atMs: flow.endMs })
    },
    worstTowards(target, nowMs) {
      const known = worst.get(target)
      return known === undefined || Math.abs(nowMs - known.atMs) > KEPT_MS ? undefined : known.kept
    },
  }
}
