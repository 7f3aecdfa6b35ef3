/**
 * Transactions between validators. Each validator reads every message itself, so a transaction usually waits at all of
 * them. One that waits here alone would have to wait for this validator's turn, which in a quiet network comes only
 * after a view was given up for it and which a jailed validator never gets: so it is shown to all.
 */
import { firstRoom } from '../../consensus/core/block-room.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { TxId, UnixMillis } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import type { Report } from '../../consensus/core/protocol.js'
import { decodeTransactions, encodeTransactions, gossip, listen } from '../../consensus/network/gossip.js'
import type { Mesh } from '../../consensus/network/mesh.js'
import type { Mempool } from './mempool.js'

export type TransactionExchange = {
  /** The pool may hold something new. */
  pooled(): void
  onReport(report: Report): void
  close(): void
}

export type TransactionExchangePorts = {
  readonly mesh: Mesh
  readonly mempool: Pick<Mempool, 'select'>
  /** Of genesis. */
  readonly limits: { readonly blockTxs: number; readonly blockBytes: number }
  now(): UnixMillis
  /** Takes what another validator shows. @returns why it is refused. */
  offer(tx: Transaction): RejectCode | undefined
  /** Something was offered. */
  onOffered(): void
}

/** What an honest validator would never have admitted; the other codes are a matter of time and may be a race. */
const NEVER_OFFERED: ReadonlySet<RejectCode> = new Set(['MALFORMED', 'TOO_LARGE', 'INVALID_SIGNATURE', 'HASH_MISMATCH'])
/** Many times what a commit takes, and soon enough for one that needs it to be final within a second. */
const LOOK_EVERY_MS = 300

export function exchangeTransactions({ mesh, mempool, limits, now, offer, onOffered }: TransactionExchangePorts): TransactionExchange {
  let seen: ReadonlySet<TxId> = new Set()
  let shown: ReadonlySet<TxId> = new Set()
  let timer: NodeJS.Timeout | undefined

  listen(mesh, 'transactions', (bytes) => {
    for (const tx of decodeTransactions(bytes)) {
      const code = offer(tx)
      if (code !== undefined && NEVER_OFFERED.has(code)) return { reason: code, offence: 'forged' }
    }
    onOffered()
  })

  /** What a leader takes at once: as much of it is shown, and no more. */
  const room = firstRoom(limits)
  const waiting = (): readonly Transaction[] => mempool.select(new Set(), { maxCount: room, maxBytes: limits.blockBytes, blockTime: now() })
  const show = (transactions: readonly Transaction[]): void => {
    if (transactions.length > 0) gossip(mesh, 'transactions', encodeTransactions(transactions))
  }

  /** Shows, once, what has waited since the last look. */
  const look = (): void => {
    timer = undefined
    const all = waiting()
    // More than a block can carry waits for its turn, not for a leader who knows of it; showing it would only add to the load.
    const late = all.length < room ? all.filter(({ id }) => seen.has(id) && !shown.has(id)) : []
    show(late)
    const lateIds = new Set(late.map(({ id }) => id))
    seen = new Set(all.map(({ id }) => id))
    shown = new Set([...seen].filter((id) => shown.has(id) || lateIds.has(id)))
    if (all.length > 0) pooled()
  }

  const pooled = (): void => { timer ??= setTimeout(look, LOOK_EVERY_MS) }

  return {
    pooled,
    onReport(report) {
      // Whoever leads the next view may not have what waits here.
      if (report.kind === 'view-timed-out') show(waiting())
    },
    close: () => clearTimeout(timer),
  }
}
