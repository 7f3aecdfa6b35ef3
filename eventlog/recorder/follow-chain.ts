/**
 * Follows the certified chain, one height after the other. A block that does not verify is refused and asked for again.
 * Some are handed to the writer at once: it takes in one append what has come while the disk was busy, and with one
 * block an append the recorder would fall behind a chain whose blocks come faster than it appends.
 */
import { asHeight } from '../../domain/ids.js'
import { fromFeed, keepFollowing, type Following } from './following.js'
import type { CertifiedBlock, ChainFeed } from './ports.js'
import { recordBlock, tipOf } from './record-block.js'
import { verifyCertifiedBlock, type BlockCheck } from './verify-certified-block.js'

type BlockOutcome = { readonly check: BlockCheck | 'behind'; readonly latenciesMs: readonly number[] }

const MOST_AT_ONCE = 8

export function followChain(feed: ChainFeed, following: Following, onLatency: (latencyMs: number) => void): Promise<void> {
  const { index, context, tell } = following
  return keepFollowing('chain', following, async () => {
    const next = asHeight(tipOf(index, context).height + 1)
    // Ends this turn at the feed: after a refusal, or where something could not be written.
    const over = new AbortController()
    const signal = AbortSignal.any([following.signal, over.signal])
    const pending: Promise<void>[] = []
    let failure: { readonly error: unknown } | undefined

    const take = async (item: CertifiedBlock): Promise<void> => {
      try {
        const { check, latenciesMs } = await takeBlock(item, following)
        latenciesMs.forEach(onLatency)
        // What came after a refused block does not fit where that one should have been.
        if (check === 'behind' || check.ok || over.signal.aborted) return
        tell({ kind: 'block-refused', height: item.block.header.height, reason: check.fault })
        feed.refused?.(item.block.header.height, check.fault)
      } catch (error) {
        failure ??= { error }
      }
      over.abort()
    }

    try {
      for await (const item of fromFeed(feed.blocksFrom(next, signal))) {
        if (signal.aborted) break
        pending.push(take(item))
        if (pending.length >= MOST_AT_ONCE) await pending.shift()
        if (signal.aborted) break
      }
    } finally {
      await Promise.all(pending)
    }
    if (failure !== undefined) throw failure.error
  })
}

function takeBlock(item: CertifiedBlock, { writer, context, clock }: Following): Promise<BlockOutcome> {
  return writer.perform((session): BlockOutcome => {
    const tip = tipOf(session.facts, context)
    if (item.block.header.height <= tip.height) return { check: 'behind', latenciesMs: [] }
    const check = verifyCertifiedBlock(item, { height: asHeight(tip.height + 1), parentHash: tip.hash }, context)
    return { check, latenciesMs: check.ok ? recordBlock(session, item, context, clock()) : [] }
  })
}
