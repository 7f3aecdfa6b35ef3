/**
 * The queue before the mempool: what is admitted and durable but found no room yet. A producer over its share waits
 * here alone while others pass; each producer's own order is kept. Whoever crowds it has its partition paused, and when
 * the backlog itself is full, intake stops pulling: the messages wait in the topic, none is dropped.
 */
import type { ProducerId } from '../../domain/ids.js'
import type { Mempool, PendingTransaction } from './mempool.js'
import { OPEN_GATE, type RateGate } from './rate-gate.js'

export type Backlog = {
  /** Adds to the mempool, or queues behind the same producer's earlier ones. */
  offer(pending: PendingTransaction): void
  /** Resolves when more may be offered, or on abort. */
  whenOpen(signal: AbortSignal): Promise<void>
  /** Those the mempool will never take (too old, too large, settled), once. */
  takeRefused(): readonly PendingTransaction[]
  /** Tries those that wait again: time may have let them pass. */
  drain(): void
  /** This producer alone has filled so much of it that no more of its messages should be read. */
  isCrowdedBy(producer: ProducerId | undefined): boolean
  /** Calls `listener` whenever some of it went into the pool. */
  onDrain(listener: () => void): void
  size(): number
  close(): void
}

export type BacklogLimits = { readonly maxCount: number; readonly maxBytes: number; /** Of one producer; a batch may exceed it. */ readonly maxPerProducer?: number }

export const DEFAULT_BACKLOG_LIMITS: BacklogLimits = { maxCount: 2000, maxBytes: 32 * 1024 * 1024 }
/** Of all that may wait, where nothing else is said: several loud producers leave room for a quiet one. */
const PRODUCER_SHARE = 0.25

export function createBacklog(mempool: Mempool, limits: BacklogLimits = DEFAULT_BACKLOG_LIMITS, gate: RateGate = OPEN_GATE): Backlog {
  let queue: PendingTransaction[] = []
  let refused: PendingTransaction[] = []
  let bytes = 0
  const counts = new Map<ProducerId | undefined, number>()
  const openers = new Set<() => void>()
  const drained = new Set<() => void>()
  const maxPerProducer = limits.maxPerProducer ?? Math.ceil(limits.maxCount * PRODUCER_SHARE)
  const isOpen = (): boolean => queue.length < limits.maxCount && bytes < limits.maxBytes

  /** True where the pool has no room yet. */
  function mustWait(pending: PendingTransaction): boolean {
    if (!gate.mayPass(pending)) return true
    const outcome = mempool.add(pending)
    if (outcome.kind === 'added') gate.passed(pending)
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
    counts.clear()
    for (const { producer } of queue) counts.set(producer, (counts.get(producer) ?? 0) + 1)
    for (const listener of drained) listener()
    if (isOpen()) for (const open of [...openers]) open()
  }

  const stop = mempool.onRoom(drain)
  return {
    offer(pending) {
      const { producer } = pending
      const ahead = counts.get(producer) ?? 0
      if (ahead === 0 && !mustWait(pending)) return
      queue.push(pending)
      counts.set(producer, ahead + 1)
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
    drain,
    isCrowdedBy: (producer) => producer !== undefined && (counts.get(producer) ?? 0) >= maxPerProducer,
    onDrain: (listener) => void drained.add(listener),
    size: () => queue.length,
    close: stop,
  }
}
