/** Agreement: at each height all honest validators commit the same block, and know the same state after it. */
import type { BlockHash, Height } from '../../domain/ids.js'
import type { Counts } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

export function agreement(violate: Violate, counts: Counts): Oracle {
  const byHeight = new Map<Height, { readonly hash: BlockHash; readonly by: string }>()
  return {
    onCommit(node, blocks) {
      for (const { block } of blocks) {
        const { height } = block.header
        const first = byHeight.get(height)
        if (first === undefined) {
          byHeight.set(height, { hash: block.hash, by: node.name })
          counts.commits += 1
          if (block.transactions.length === 0) counts.emptyBlocks += 1
        } else if (first.hash !== block.hash) {
          violate('fork', `height ${height}: ${first.by} committed ${first.hash.slice(0, 6)}, ${node.name} committed ${block.hash.slice(0, 6)}`)
        }
      }
    },
  }
}
