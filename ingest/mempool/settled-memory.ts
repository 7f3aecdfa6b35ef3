/** Remembers the newest settled transaction ids, bounded: a message read late must not enter a second block. */
import type { TxId } from '../../domain/ids.js'
import { oldestFirst } from '../../domain/oldest-first.js'

export const SETTLED_MEMORY_SIZE = 100_000

export type SettledMemory = { add(txId: TxId): void; has(txId: TxId): boolean }

export function createSettledMemory(size = SETTLED_MEMORY_SIZE): SettledMemory {
  const ids = new Set<TxId>()
  const oldest = oldestFirst(ids)
  return {
    add(txId) {
      ids.delete(txId)
      ids.add(txId)
      if (ids.size > size) ids.delete(oldest() as TxId)
    },
    has: (txId) => ids.has(txId),
  }
}
