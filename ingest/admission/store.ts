/**
 * A validator's durable memory of admission: its receipts by sequence and by origin, what the replay window holds, and
 * the transactions that wait for a block. One batch is one fsynced transaction, written before its offsets are
 * committed, so a re-read message finds its first receipt and never gets a second.
 */
import type { Database } from 'lmdb'
import type { Height, ProducerId, TxId, UnixMillis } from '../../domain/ids.js'
import { decodeReceipt, encodeReceipt, type AdmissionReceipt, type Origin } from '../../domain/receipt.js'
import { createTransaction, TX_KINDS, type MessageKind } from '../../domain/transaction.js'
import { createGroupCommit } from '../../platform/lmdb/group-commit.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import type { PendingTransaction } from '../mempool/mempool.js'
import type { AdmissionClaim, AdmissionMemory } from './decide-admission.js'
import { createReplayWindow } from './replay-window.js'

export class AdmissionStoreError extends Error {
  constructor(readonly code: 'SEQUENCE_TAKEN' | 'CORRUPT_PENDING', readonly field: string, reason: string) {
    super(`admission store: ${field}: ${reason}`)
    this.name = 'AdmissionStoreError'
  }
}

/** One decided message: its receipt and, when admitted, what it takes and what waits for a block. */
export type DecidedMessage = {
  readonly receipt: AdmissionReceipt
  readonly admitted: { readonly claim: AdmissionClaim; readonly pending: PendingTransaction } | undefined
}

export type AdmissionStore = {
  receiptOf(origin: Origin): AdmissionReceipt | undefined
  /** Sequence the next receipt gets. */
  nextSequence(): number
  /** Receipts in order from `sequence` (inclusive), at most `limit`. */
  receiptsFrom(sequence: number, limit: number): readonly AdmissionReceipt[]
  memory(): AdmissionMemory
  /** All of it or nothing; durable when resolved. Claims are forgotten after `expiresAt`. */
  record(batch: readonly DecidedMessage[], expiresAt: UnixMillis): Promise<void>
  /** Transactions that wait for a block, in order of arrival. */
  pending(): readonly PendingTransaction[]
  isSettled(txId: TxId): boolean
  /**
   * Forgets waiting transactions that a block has carried or that no block can carry, and remembers that until
   * `expiresAt`; with the height of the block, where it was one.
   */
  settle(txIds: readonly TxId[], expiresAt: UnixMillis, height?: Height): Promise<void>
  /** Height of the last block with transactions that was settled; 0 before the first. */
  settledHeight(): number
  /** Forgets claims whose window has passed. Returns how many. */
  prune(now: UnixMillis): Promise<number>
  close(): Promise<void>
}

type StoredPending = { readonly kind: number; readonly producer: string | null; readonly time: number | null; readonly bytes: string }
/** The names that stores of older versions have. */
const ID_FACTS = { event: 'anomaly', policy: 'policy', report: 'report' } as const
const nonceFact = (kind: MessageKind, producer: ProducerId, nonce: string): string => `${kind === 'event' ? '' : `${kind}/`}${producer}/${nonce}`

type OriginKey = [topic: string, partition: number, offset: number]

/** Opens the store in folder `path`. Throws StorageError. */
export function openAdmissionStore(path: string): AdmissionStore {
  const root = openLmdb(path)
  const commit = createGroupCommit(root, () => false)
  const receipts: Database<Buffer, number> = root.openDB({ name: 'receipts', encoding: 'binary' })
  const origins: Database<number, OriginKey> = root.openDB({ name: 'origins', encoding: 'json' })
  const pendingByArrival: Database<StoredPending, number> = root.openDB({ name: 'pending', encoding: 'json' })
  const arrivals: Database<number, string> = root.openDB({ name: 'arrivals', encoding: 'json' })
  const heights: Database<number, string> = root.openDB({ name: 'heights', encoding: 'json' })
  const window = createReplayWindow(root, commit)
  const keyOf = ({ topic, partition, offset }: Origin): OriginKey => [topic, partition, offset]
  const nextKey = (table: Database<unknown, number>): number => {
    for (const key of table.getKeys({ reverse: true, limit: 1 })) return key + 1
    return 0
  }

  function addPending({ tx, producer, time }: PendingTransaction): void {
    if (arrivals.get(tx.id) !== undefined || window.has('settled', tx.id)) return
    const arrival = nextKey(pendingByArrival)
    pendingByArrival.putSync(arrival, {
      kind: TX_KINDS.indexOf(tx.kind), producer: producer ?? null, time: time ?? null, bytes: Buffer.from(tx.bytes).toString('base64'),
    })
    arrivals.putSync(tx.id, arrival)
  }

  return {
    receiptOf(origin) {
      const sequence = origins.get(keyOf(origin))
      const stored = sequence === undefined ? undefined : receipts.get(sequence)
      return stored === undefined ? undefined : decodeReceipt(stored)
    },
    nextSequence: () => nextKey(receipts),
    receiptsFrom: (sequence, limit) => [...receipts.getRange({ start: sequence, limit })].map(({ value }) => decodeReceipt(value)),
    memory: () => ({
      hasMessage: (hash) => window.has('message', hash),
      hasNonce: (kind, producer, nonce) => window.has('nonce', nonceFact(kind, producer, nonce)),
      hasId: (kind, id) => window.has(ID_FACTS[kind], id),
    }),
    async record(batch, expiresAt) {
      if (batch.length === 0) return
      const expected = await commit(() => {
        const next = nextKey(receipts)
        if (batch.some(({ receipt }, index) => receipt.sequence !== next + index)) return next
        for (const { receipt, admitted } of batch) {
          receipts.putSync(receipt.sequence, Buffer.from(encodeReceipt(receipt)))
          origins.putSync(keyOf(receipt.origin), receipt.sequence)
          if (admitted === undefined) continue
          const { messageHash, kind, producer, nonce, id } = admitted.claim
          window.put('message', messageHash, expiresAt)
          window.put('nonce', nonceFact(kind, producer, nonce), expiresAt)
          window.put(ID_FACTS[kind], id, expiresAt)
          addPending(admitted.pending)
        }
        return undefined
      })
      if (expected !== undefined) {
        throw new AdmissionStoreError('SEQUENCE_TAKEN', 'sequence', `the next receipt is ${expected}, got ${batch[0]?.receipt.sequence}; only one intake may write this store`)
      }
    },
    pending: () => [...pendingByArrival.getRange()].map(({ value }) => readPending(value)),
    isSettled: (txId) => window.has('settled', txId),
    settledHeight: () => heights.get('settled') ?? 0,
    async settle(txIds, expiresAt, height) {
      if (txIds.length === 0) return
      await commit(() => {
        for (const txId of txIds) {
          const arrival = arrivals.get(txId)
          if (arrival !== undefined) {
            pendingByArrival.removeSync(arrival)
            arrivals.removeSync(txId)
          }
          window.put('settled', txId, expiresAt)
        }
        if (height !== undefined && height > (heights.get('settled') ?? 0)) heights.putSync('settled', height)
      })
    },
    prune: (now) => window.prune(now),
    close: () => root.close(),
  }
}

function readPending(stored: StoredPending): PendingTransaction {
  const kind = TX_KINDS[stored.kind]
  if (kind === undefined) throw new AdmissionStoreError('CORRUPT_PENDING', 'kind', `${stored.kind} is not a transaction kind; restore the store from a copy`)
  return {
    tx: createTransaction(kind, new Uint8Array(Buffer.from(stored.bytes, 'base64'))),
    producer: (stored.producer ?? undefined) as ProducerId | undefined,
    time: (stored.time ?? undefined) as UnixMillis | undefined,
  }
}
