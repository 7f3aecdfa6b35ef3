/**
 * Commits are told oldest first, each linked to the one before, without gaps and each once. A crash may forget what was
 * told but not stored: a new incarnation goes on from what is stored.
 */
import type { BlockHash } from '../../domain/ids.js'
import type { SimNode } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

export function order(violate: Violate, genesis: BlockHash): Oracle {
  const last = new Map<SimNode, { readonly height: number; readonly hash: BlockHash }>()
  return {
    onStart(node) {
      const head = node.disk.head()?.block
      last.set(node, { height: head?.header.height ?? 0, hash: head?.hash ?? genesis })
    },
    onCommit(node, blocks) {
      for (const { block } of blocks) {
        const before = last.get(node)
        const { height, parentHash } = block.header
        if (before === undefined || height !== before.height + 1) violate('order', `${node.name} told height ${height} after ${before?.height ?? 'nothing'}`)
        else if (parentHash !== before.hash) violate('order', `${node.name}: height ${height} does not stand on the block told before it`)
        last.set(node, { height, hash: block.hash })
      }
    },
  }
}
