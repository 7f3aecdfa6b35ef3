/**
 * The queue before the mempool: what is admitted and durable but found no room yet. A producer over its share waits
 * here alone while others pass; each producer's own order is kept. When the backlog itself is full, intake stops
 * pulling: the messages wait in the topic, none is dropped.
 */
import type { ProducerId } from '../../domain/ids.js'
import type { Mempool, PendingTransaction } from './mempool.js'

export type Backlog = {
  /** Adds to the mempool, or queues behind the same producer's earlier ones. */
  offer(pending: PendingTransaction): void
  /** Resolves when more may be offered, or on abort. */
  whenOpen(signal: AbortSignal): Promise<void>
  /** Those the mempool will never take (too old, too large, settled), once. */
  takeRefused(): readonly PendingTransaction[]
  size(): number
  close(): void
}

export type BacklogLimits = { readonly maxCount: number; readonly maxBytes: number }

export const DEFAULT_BACKLOG_LIMITS: BacklogLimits = { maxCount: 2000, maxBytes: 32 * 1024 * 1024 }

export function createBacklog(mempool: Mempool, limits: BacklogLimits = DEFAULT_BACKLOG_LIMITS): Backlog {
  let queue: PendingTransaction[] = []
  let refused: PendingTransaction[] = []
  let bytes = 0
  const openers = new Set<() => void>()
  const isOpen = (): boolean => queue.length < limits.maxCount && bytes < limits.maxBytes

  /** True where the pool has no room yet. */
  function mustWait(pending: PendingTransaction): boolean {
    const outcome = mempool.add(pending)
    if (outcome.kind === 'too-old' || outcome.kind === 'too-large' || outcome.kind === 'settled') refused.push(pending)
    return outcome.kind === 'full'
  }

  function drain(): void {
    if (queue.length === 0) return
    const stuck = new Set<ProducerId | undefined>()
    queue = queue.filter((pending) => {
      if (!stuck.has(pending.producer)) {
        if (!mustWait(pending)) return false
        stuck.add(pending.producer)
      }
      return true
    })
    bytes = queue.reduce((sum, { tx }) => sum + tx.bytes.length, 0)
    if (isOpen()) for (const open of [...openers]) open()
  }

  const stop = mempool.onRoom(drain)
  return {
    offer(pending) {
      const isBehind = queue.some(({ producer }) => producer === pending.producer)
      if (!isBehind && !mustWait(pending)) return
      queue.push(pending)
      bytes += pending.tx.bytes.length
    },
    whenOpen(signal) {
      if (isOpen() || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const open = (): void => {
          openers.delete(open)
          signal.removeEventListener('abort', open)
          resolve()
        }
        openers.add(open)
        signal.addEventListener('abort', open, { once: true })
      })
    },
    takeRefused() {
      const taken = refused
      refused = []
      return taken
    },
    size: () => queue.length,
    close: stop,
  }
}
