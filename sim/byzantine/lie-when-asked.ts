/** A peer that answers requests for blocks with others, with changed ones, with a part, in another order, or not at all. */
import { createBlock, type Block } from '../../domain/block.js'
import { asMillis } from '../../domain/ids.js'
import type { Liar } from './liar.js'

export const lieWhenAsked: Liar = (node, _world, random) => {
  node.answerFetch = (_target, _fromHeight, honest) => {
    switch (random.below(6)) {
      case 0: return []
      case 1: return honest.map(remade)
      case 2: return honest.slice(0, 1 + random.below(Math.max(1, honest.length)))
      case 3: return [...honest].reverse()
      // The header of the right block over other content: its hash is the one that was asked for.
      case 4: return honest.map((block) => ({ ...block, transactions: [] }))
      default: return honest.map((block, i) => (i === honest.length - 1 ? remade(block) : block))
    }
  }
}

const remade = ({ header, justify, transactions }: Block): Block =>
  createBlock({ ...header, justify, transactions, timestamp: asMillis(header.timestamp + 7) })
