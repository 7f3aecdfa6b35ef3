/** What a node's transactions look like to its core. */
import type { TxId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import type { TxPool } from '../../consensus/core/ports.js'

export function poolOver(held: ReadonlyMap<TxId, Transaction>): TxPool {
  return {
    hasWork(exclude) {
      for (const id of held.keys()) if (!exclude.has(id)) return true
      return false
    },
    select(exclude, { maxCount, maxBytes }) {
      const chosen: Transaction[] = []
      let sizeBytes = 0
      for (const tx of held.values()) {
        if (exclude.has(tx.id)) continue
        sizeBytes += tx.bytes.length
        if (chosen.length === maxCount || sizeBytes > maxBytes) break
        chosen.push(tx)
      }
      return chosen
    },
  }
}
