/** One height, one state: what each honest core computed is what the others computed, and what it stored is whole. */
import type { StateRoot } from '../../domain/ids.js'
import { ZERO_HASH } from '../../domain/ids.js'
import type { SimNode, World } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

export function state(violate: Violate): Oracle {
  const roots = new Map<number, { readonly root: StateRoot; readonly by: string }>()
  return {
    onCommit(node) {
      const { committedHeight, stateRoot } = node.engine.status()
      const first = roots.get(committedHeight)
      if (first === undefined) roots.set(committedHeight, { root: stateRoot, by: node.name })
      else if (first.root !== stateRoot) violate('state-differs', `height ${committedHeight}: ${first.by} has state ${first.root.slice(0, 6)}, ${node.name} has ${stateRoot.slice(0, 6)}`)
      const stored = node.disk.head()?.block.header.stateRoot
      if (stored !== undefined && stored !== ZERO_HASH && !node.disk.nodes.has(stored)) violate('state-differs', `${node.name} stored height ${node.disk.final.length} without the root of its state`)
    },
  }
}

/** At the end: nodes that stored as much hold the same state, node by node. */
export function compareStores(world: World): void {
  const byHeight = new Map<number, SimNode>()
  for (const node of world.nodes) {
    if (!node.isHonest || !node.isUp) continue
    const height = node.disk.final.length
    const first = byHeight.get(height)
    if (first === undefined) byHeight.set(height, node)
    else if (!hasSameKeys(first.disk.nodes, node.disk.nodes)) world.violate('state-differs', `${first.name} and ${node.name} stored height ${height} and hold different nodes of the state`)
  }
}

function hasSameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a.size !== b.size) return false
  for (const key of a.keys()) if (!b.has(key)) return false
  return true
}
