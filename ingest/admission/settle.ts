/** What leaves the pool: transactions that a block carried, and those that no later block can carry. */
import type { Block } from '../../domain/block.js'
import { asHeight, type Height, type TxId, type UnixMillis } from '../../domain/ids.js'
import type { Backlog } from '../mempool/backlog.js'
import type { Mempool } from '../mempool/mempool.js'
import { replayWindowMs } from './replay-window.js'
import type { AdmissionStore } from './store.js'

export type PoolAndStore = { readonly store: AdmissionStore; readonly mempool: Mempool; /** of genesis, ms */ readonly skewMs: number }

/** Fills the pool after a start, oldest first. */
export function loadPending(store: AdmissionStore, backlog: Backlog): void {
  for (const pending of store.pending()) backlog.offer(pending)
}

/** Call it for every committed block, also while catching up: its transactions never come back into the pool. */
export async function settleBlock({ store, mempool, skewMs }: PoolAndStore, block: Block): Promise<void> {
  const { timestamp, height } = block.header
  const txIds = block.transactions.map(({ id }) => id)
  mempool.remove(txIds)
  const expired = mempool.expire(timestamp).map(({ tx }) => tx.id)
  await store.settle([...txIds, ...expired], (timestamp + replayWindowMs(skewMs)) as UnixMillis, height)
}

export type Settler = {
  /** Takes the block's transactions out of the pool at once and remembers them on disk soon. */
  settle(block: Block): void
  /** Resolves when all that was settled is on disk. */
  flush(): Promise<void>
}

const SETTLE_EVERY_MS = 250

/** Settles on disk in batches: what a crash leaves out, `settleMissed` makes good. `onFailure` hears of a disk that refuses. */
export function createSettler({ store, mempool, skewMs }: PoolAndStore, onFailure: (error: unknown) => void, everyMs = SETTLE_EVERY_MS): Settler {
  const due = new Set<TxId>()
  let newest: Block | undefined
  let timer: NodeJS.Timeout | undefined

  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    if (newest === undefined) return
    const { header } = newest
    newest = undefined
    const txIds = [...due]
    due.clear()
    await store.settle(txIds, (header.timestamp + replayWindowMs(skewMs)) as UnixMillis, header.height)
  }

  return {
    settle(block) {
      newest = block
      const txIds = block.transactions.map(({ id }) => id)
      mempool.remove(txIds)
      for (const id of [...txIds, ...mempool.expire(block.header.timestamp).map(({ tx }) => tx.id)]) due.add(id)
      timer ??= setTimeout(() => { flush().catch(onFailure) }, everyMs)
    },
    flush,
  }
}

/**
 * Settles the blocks that were committed but not settled before a crash. Call it at start, before the intake, with the
 * height of the committed head. Blocks older than the replay window need no settling: the time in their messages
 * refuses them.
 */
export async function settleMissed(pool: PoolAndStore, head: number, blockAt: (height: Height) => Block | undefined): Promise<void> {
  const missed: Block[] = []
  for (let height = head; height > pool.store.settledHeight(); height--) {
    const block = blockAt(asHeight(height))
    const newest = missed[0] ?? block
    if (block === undefined || newest === undefined || newest.header.timestamp - block.header.timestamp > replayWindowMs(pool.skewMs)) break
    missed.push(block)
  }
  for (const block of missed.reverse()) await settleBlock(pool, block)
}

/** Forgets what the mempool would not take any more when its turn in the backlog came. */
export async function settleRefused({ store, skewMs }: PoolAndStore, backlog: Backlog, now: UnixMillis): Promise<void> {
  const txIds = backlog.takeRefused().map(({ tx }) => tx.id)
  await store.settle(txIds, (now + replayWindowMs(skewMs)) as UnixMillis)
}

/**
 * Gives up what is too old by the own clock. A chain that stands still has no time of its own, and a pool that holds
 * only what no block can carry would look like work and make views time out.
 */
export async function settleExpired({ store, mempool, skewMs }: PoolAndStore, now: UnixMillis): Promise<void> {
  const expired = mempool.expire(now).map(({ tx }) => tx.id)
  await store.settle(expired, (now + replayWindowMs(skewMs)) as UnixMillis)
  await store.prune(now)
}
