/**
 * What was refused, from whom and why: counted under keys that a stranger cannot multiply, and told at most now and
 * then, so that a million bad messages make neither a million log lines nor a million map entries.
 */

export type RefusalCount = { readonly peer: string; readonly type: string; readonly reason: string; readonly count: number }

/** `times`: how many of this kind since the last one that was told. */
export type Telling = { readonly isTold: true; readonly times: number } | { readonly isTold: false }

export type RefusalBook = {
  note(peer: string, type: string, reason: string, nowMs: number): Telling
  counts(): readonly RefusalCount[]
  readonly total: number
}

/** Types and reasons together, for each peer; the codes in use are about forty. */
const MAX_KINDS = 64
const OTHER = 'other'
const TELL_EVERY_MS = 10_000

type Entry = { readonly type: string; readonly reason: string; count: number; toldCount: number; toldAt: number }

export function createRefusalBook(): RefusalBook {
  const byPeer = new Map<string, Map<string, Entry>>()
  let total = 0

  const entryOf = (peer: string, type: string, reason: string): Entry => {
    const kinds = byPeer.get(peer) ?? new Map<string, Entry>()
    byPeer.set(peer, kinds)
    const isKnown = kinds.has(`${type} ${reason}`)
    const [keptType, keptReason] = isKnown || kinds.size < MAX_KINDS ? [type, reason] : [OTHER, OTHER]
    const key = `${keptType} ${keptReason}`
    const entry = kinds.get(key) ?? { type: keptType, reason: keptReason, count: 0, toldCount: 0, toldAt: -Infinity }
    kinds.set(key, entry)
    return entry
  }

  return {
    note(peer, type, reason, nowMs) {
      const entry = entryOf(peer, type, reason)
      entry.count += 1
      total += 1
      if (nowMs - entry.toldAt < TELL_EVERY_MS) return { isTold: false }
      const times = entry.count - entry.toldCount
      entry.toldAt = nowMs
      entry.toldCount = entry.count
      return { isTold: true, times }
    },
    counts: () => [...byPeer].flatMap(([peer, kinds]) => [...kinds.values()].map(({ type, reason, count }) => ({ peer, type, reason, count }))),
    get total() {
      return total
    },
  }
}
