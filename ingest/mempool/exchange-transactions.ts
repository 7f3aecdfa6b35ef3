/**
 * Transactions between validators. Each validator reads every message itself, so a transaction usually waits at all of
 * them. One that waits here alone would have to wait for this validator's turn, which in a quiet network comes only
 * after a view was given up for it and which a jailed validator never gets: so it is shown to all.
 */
import { firstRoom } from '../../consensus/core/block-room.js'
import type { Unvoted } from '../../domain/execution/check-transaction.js'
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
  offer(tx: Transaction): Unvoted | undefined
  /** Something was offered. */
  onOffered(): void
}

/** What an honest validator would never have admitted; the other codes are a matter of time and may be a race. */
const NEVER_OFFERED: ReadonlySet<Unvoted> = new Set(['MALFORMED', 'TOO_LARGE', 'INVALID_SIGNATURE', 'HASH_MISMATCH'])
/** Many times what a commit takes, and soon enough for one that needs it to be final within a second. */
const LOOK_EVERY_MS = 300
/**
 * Where blocks take what waits, one that waits here waits elsewhere too and is only not its turn yet: a busy network lets
 * transactions gather for longer than a look. Showing those to all would send each message to each validator five times
 * over, just where there is no time for it.
 */
const PATIENCE_IN_A_BUSY_NETWORK_MS = 2000
/** Blocks take what waits: a little longer than leaders gather and agree. After that a leader may have nothing to propose. */
const BUSY_FOR_MS = 700
/** For a leader that lags behind in reading while more waits here than a block can carry: its block ends its turn. */
const ENOUGH_FOR_A_TURN = 16

export function exchangeTransactions({ mesh, mempool, limits, now, offer, onOffered }: TransactionExchangePorts): TransactionExchange {
  /** What waited at the last look, and when each was met first. */
  let seen: ReadonlyMap<TxId, UnixMillis> = new Map()
  let shown: ReadonlySet<TxId> = new Set()
  let takenAt: UnixMillis | undefined
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

  /** Shows, once, what has waited since the last look, or for longer where blocks take what waits. */
  const look = (): void => {
    timer = undefined
    const all = waiting()
    const ids = new Set(all.map(({ id }) => id))
    const at = now()
    if ([...seen.keys()].some((id) => !ids.has(id))) takenAt = at
    const isBusy = takenAt !== undefined && at - takenAt < BUSY_FOR_MS
    const isNew = ({ id }: Transaction, ms: number): boolean => !shown.has(id) && at - (seen.get(id) ?? at) >= ms
    // More than a block can carry waits for its turn while blocks take it; to show all of it would only add to the load.
    const late = all.length < room
      ? all.filter((tx) => isNew(tx, isBusy ? PATIENCE_IN_A_BUSY_NETWORK_MS : 1))
      : all.slice(0, isBusy ? 0 : ENOUGH_FOR_A_TURN).filter((tx) => isNew(tx, BUSY_FOR_MS))
    show(late)
    const lateIds = new Set(late.map(({ id }) => id))
    shown = new Set([...ids].filter((id) => shown.has(id) || lateIds.has(id)))
    seen = new Map(all.map(({ id }) => [id, seen.get(id) ?? at]))
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
