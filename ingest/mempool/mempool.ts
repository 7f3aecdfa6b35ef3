/**
 * Transactions waiting for a block: oldest first, bounded by count, bytes and each producer's share, every one once.
 * No I/O and no clock: what is durable lies in the admission store, and time comes in from the chain. A transaction
 * that was in a block never comes back, and nothing leaves without being counted.
 */
import type { TxPool } from '../../consensus/core/ports.js'
import type { ProducerId, TxId, UnixMillis } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { createSettledMemory } from './settled-memory.js'

export type PendingTransaction = {
  readonly tx: Transaction
  /** Undefined for evidence and policy, which have no share. */
  readonly producer: ProducerId | undefined
  /** Time inside the message; undefined where the kind has no time limit. */
  readonly time: UnixMillis | undefined
}

export type MempoolLimits = {
  readonly maxCount: number
  readonly maxBytes: number
  /** Most transactions of one producer, so that a loud one leaves room for others. */
  readonly maxPerProducer: number
  /** Largest transaction a block can carry, bytes of genesis; a larger one would wait for ever. */
  readonly maxTxBytes?: number
  /** |message time - block time| of genesis, ms. */
  readonly skewMs: number
}

export type AddOutcome =
  | { readonly kind: 'added' }
  | { readonly kind: 'already-there' }
  /** It was in a committed block. */
  | { readonly kind: 'settled' }
  /** No block can carry it any more: its time is past the chain's. */
  | { readonly kind: 'too-old' }
  /** Larger than a block or than the whole pool: waiting would never end. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'full'; readonly limit: 'count' | 'bytes' | 'producer-share' }

export type MempoolCounters = Readonly<Record<
  'added' | 'alreadyThere' | 'settledBefore' | 'tooOld' | 'tooLarge' | 'fullCount' | 'fullBytes' | 'fullProducerShare' | 'committed' | 'expired' | 'refused', number>>

export type Mempool = TxPool & {
  add(pending: PendingTransaction): AddOutcome
  has(txId: TxId): boolean
  /** A waiting transaction. */
  get(txId: TxId): Transaction | undefined
  /** Takes out what a block has carried and remembers it, whether it was here or not. */
  remove(txIds: readonly TxId[]): void
  /** Moves the chain's time forward; returns what no later block can carry, now dropped. */
  expire(chainTime: UnixMillis): readonly PendingTransaction[]
  /** Drops what the rules in force let into no block any more; returns it. */
  refuse(isRefused: (tx: Transaction) => boolean): readonly PendingTransaction[]
  /** Calls `listener` whenever room was made. Returns how to stop. */
  onRoom(listener: () => void): () => void
  size(): { readonly count: number; readonly bytes: number }
  counters(): MempoolCounters
}

export const DEFAULT_MEMPOOL_COUNT = 5000
export const DEFAULT_MEMPOOL_BYTES = 64 * 1024 * 1024

/** @param blockBytes of genesis, so that nothing waits that no block can carry */
export const defaultMempoolLimits = (skewMs: number, blockBytes = Infinity): MempoolLimits => ({
  maxCount: DEFAULT_MEMPOOL_COUNT, maxBytes: DEFAULT_MEMPOOL_BYTES, maxPerProducer: DEFAULT_MEMPOOL_COUNT / 2, maxTxBytes: blockBytes, skewMs,
})

export function createMempool(limits: MempoolLimits): Mempool {
  // A Map iterates in order of insertion: first come, first proposed.
  const waiting = new Map<TxId, PendingTransaction>()
  const shares = new Map<ProducerId, number>()
  const settled = createSettledMemory()
  const listeners = new Set<() => void>()
  const counters: Record<keyof MempoolCounters, number> = {
    added: 0, alreadyThere: 0, settledBefore: 0, tooOld: 0, tooLarge: 0, fullCount: 0, fullBytes: 0, fullProducerShare: 0, committed: 0, expired: 0, refused: 0,
  }
  let bytes = 0
  let chainTime = 0 as UnixMillis

  const isPast = (pending: PendingTransaction): boolean => pending.time !== undefined && pending.time + limits.skewMs < chainTime

  function outcomeOf(pending: PendingTransaction): AddOutcome {
    const { tx, producer } = pending
    if (waiting.has(tx.id)) return { kind: 'already-there' }
    if (settled.has(tx.id)) return { kind: 'settled' }
    if (isPast(pending)) return { kind: 'too-old' }
    if (tx.bytes.length > Math.min(limits.maxBytes, limits.maxTxBytes ?? Infinity)) return { kind: 'too-large' }
    if (waiting.size >= limits.maxCount) return { kind: 'full', limit: 'count' }
    if (bytes + tx.bytes.length > limits.maxBytes) return { kind: 'full', limit: 'bytes' }
    if (producer !== undefined && (shares.get(producer) ?? 0) >= limits.maxPerProducer) return { kind: 'full', limit: 'producer-share' }
    return { kind: 'added' }
  }

  function takeOut(txId: TxId): boolean {
    const pending = waiting.get(txId)
    if (pending === undefined) return false
    waiting.delete(txId)
    bytes -= pending.tx.bytes.length
    if (pending.producer !== undefined) {
      const share = (shares.get(pending.producer) ?? 1) - 1
      if (share === 0) shares.delete(pending.producer)
      else shares.set(pending.producer, share)
    }
    return true
  }

  const announceRoom = (): void => listeners.forEach((listener) => listener())

  return {
    add(pending) {
      const outcome = outcomeOf(pending)
      counters[counterOf(outcome)] += 1
      if (outcome.kind !== 'added') return outcome
      waiting.set(pending.tx.id, pending)
      bytes += pending.tx.bytes.length
      if (pending.producer !== undefined) shares.set(pending.producer, (shares.get(pending.producer) ?? 0) + 1)
      return outcome
    },
    has: (txId) => waiting.has(txId),
    get: (txId) => waiting.get(txId)?.tx,
    remove(txIds) {
      for (const txId of txIds) {
        settled.add(txId)
        if (takeOut(txId)) counters.committed += 1
      }
      announceRoom()
    },
    expire(time) {
      chainTime = Math.max(chainTime, time) as UnixMillis
      const dropped = [...waiting.values()].filter(isPast)
      for (const { tx } of dropped) takeOut(tx.id)
      counters.expired += dropped.length
      if (dropped.length > 0) announceRoom()
      return dropped
    },
    refuse(isRefused) {
      const dropped = [...waiting.values()].filter(({ tx }) => isRefused(tx))
      for (const { tx } of dropped) takeOut(tx.id)
      counters.refused += dropped.length
      if (dropped.length > 0) announceRoom()
      return dropped
    },
    hasWork(exclude) {
      if (waiting.size > exclude.size) return true
      for (const txId of waiting.keys()) if (!exclude.has(txId)) return true
      return false
    },
    select(exclude, { maxCount, maxBytes, blockTime }) {
      const chosen: Transaction[] = []
      let chosenBytes = 0
      for (const { tx, time } of waiting.values()) {
        if (chosen.length >= maxCount) break
        if (tx.bytes.length > maxBytes || exclude.has(tx.id) || (time !== undefined && Math.abs(time - blockTime) > limits.skewMs)) continue
        // The first that does not fit ends the block: a large one is never overtaken for ever by small ones.
        if (chosenBytes + tx.bytes.length > maxBytes) break
        chosen.push(tx)
        chosenBytes += tx.bytes.length
      }
      return chosen
    },
    onRoom(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    size: () => ({ count: waiting.size, bytes }),
    counters: () => ({ ...counters }),
  }
}

function counterOf(outcome: AddOutcome): keyof MempoolCounters {
  switch (outcome.kind) {
    case 'added': return 'added'
    case 'already-there': return 'alreadyThere'
    case 'settled': return 'settledBefore'
    case 'too-old': return 'tooOld'
    case 'too-large': return 'tooLarge'
    case 'full': return outcome.limit === 'count' ? 'fullCount' : outcome.limit === 'bytes' ? 'fullBytes' : 'fullProducerShare'
  }
}
