/** Memory stays bounded whatever peers send: each thing that a core keeps is worth a few views of it, and no more. */
import type { SimNode } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

/** Views that are kept behind and ahead of the present one, with room for the step in between. */
const VIEWS = 2 * 16 + 2

export function bounds(violate: Violate, n: number): Oracle {
  const isTold = new Set<string>()
  const check = (node: SimNode, what: string, size: number, most: number): void => {
    if (size <= most || isTold.has(`${node.name} ${what}`)) return
    isTold.add(`${node.name} ${what}`)
    violate('unbounded', `${node.name} keeps ${size} ${what}, at most ${most} are needed`)
  }
  return {
    onStep(node) {
      const kept = node.engine.kept()
      check(node, 'views of votes', kept.votes, VIEWS)
      check(node, 'views of timeouts', kept.timeouts, 2)
      // A liar may sign a proposal for any view: one a validator and view is kept as evidence.
      check(node, 'proposals', kept.proposals, VIEWS * n)
      const head = node.disk.head()?.block.header.view ?? 0
      // Each view since the stored head can bring one block, and one more that a quorum chose instead.
      check(node, 'blocks that are not final', kept.blocks, 2 * (kept.view - head) + 2)
      check(node, 'requests for blocks', kept.fetches, 2 * (kept.view - head) + 2)
    },
  }
}
