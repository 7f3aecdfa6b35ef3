/** Facts remembered until a time: what was admitted, which nonces were used, what was settled. */
import type { Database, RootDatabase } from 'lmdb'
import type { UnixMillis } from '../../domain/ids.js'

export type WindowKind = 'message' | 'nonce' | 'anomaly' | 'policy' | 'report' | 'settled'

export type ReplayWindow = {
  has(kind: WindowKind, key: string): boolean
  /** Only inside a transaction of the same environment. A later time wins. */
  put(kind: WindowKind, key: string, expiresAt: UnixMillis): void
  prune(now: UnixMillis): Promise<number>
}

/** How long a nonce, an id and a message hash are remembered: the original's 15 minutes, and never less than two skews. */
export const replayWindowMs = (skewMs: number): number => Math.max(15 * 60_000, 2 * skewMs + 60_000)

/** How many facts one prune transaction forgets, so that it never holds the writer for long. */
const PRUNE_LIMIT = 5000

export function createReplayWindow(root: RootDatabase, commit: <T>(write: () => T) => Promise<T>): ReplayWindow {
  const facts: Database<number, string> = root.openDB({ name: 'window', encoding: 'json' })
  const expiries: Database<number, [expiresAt: number, fact: string]> = root.openDB({ name: 'window-expiries', encoding: 'json' })
  const factOf = (kind: WindowKind, key: string): string => `${kind}/${key}`
  return {
    has: (kind, key) => facts.get(factOf(kind, key)) !== undefined,
    put(kind, key, expiresAt) {
      const fact = factOf(kind, key)
      const known = facts.get(fact)
      if (known !== undefined && known >= expiresAt) return
      if (known !== undefined) expiries.removeSync([known, fact])
      facts.putSync(fact, expiresAt)
      expiries.putSync([expiresAt, fact], 1)
    },
    async prune(now) {
      const due = (limit: number): [number, string][] => [...expiries.getKeys({ end: [now, ''], limit })]
      // Looking costs no write, so an idle validator leaves the disk alone.
      if (due(1).length === 0) return 0
      return await commit(() => {
        const keys = due(PRUNE_LIMIT)
        for (const key of keys) {
          facts.removeSync(key[1])
          expiries.removeSync(key)
        }
        return keys.length
      })
    },
  }
}
