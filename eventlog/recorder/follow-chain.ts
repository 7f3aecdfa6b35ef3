/** Follows the certified chain, one height after the other. A block that does not verify is refused and asked for again. */
import { asHeight } from '../../domain/ids.js'
import { fromFeed, keepFollowing, type Following } from './following.js'
import type { CertifiedBlock, ChainFeed } from './ports.js'
import { recordBlock, tipOf } from './record-block.js'
import { verifyCertifiedBlock, type BlockCheck } from './verify-certified-block.js'

type BlockOutcome = { readonly check: BlockCheck | 'behind'; readonly latenciesMs: readonly number[] }

export function followChain(feed: ChainFeed, following: Following, onLatency: (latencyMs: number) => void): Promise<void> {
  const { index, context, signal, tell } = following
  return keepFollowing('chain', following, async () => {
    const next = asHeight(tipOf(index, context).height + 1)
    for await (const item of fromFeed(feed.blocksFrom(next, signal))) {
      const { check, latenciesMs } = await takeBlock(item, following)
      latenciesMs.forEach(onLatency)
      if (check !== 'behind' && !check.ok) {
        tell({ kind: 'block-refused', height: item.block.header.height, reason: check.fault })
        feed.refused?.(item.block.header.height, check.fault)
        return
      }
      if (signal.aborted) return
    }
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
