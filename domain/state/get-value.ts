/** Reads one key by walking its path from the root: as many nodes as the tree is deep there. */
import type { StateNodes } from '../execution/types.js'
import type { StateRoot } from '../ids.js'
import { bitAt, childOf, loadNode, pathOf, type NodeLoader } from './nodes.js'

/** Undefined for an absent key. Throws StateNodeError when the store is damaged. */
export function getValue(nodes: StateNodes, root: StateRoot, key: string): Uint8Array | undefined {
  return findValue((hash) => loadNode(nodes, hash), root, key)
}

/** The same over a loader that a caller shares between reads, and perhaps with a path that it knows. */
export function findValue(load: NodeLoader, root: StateRoot, key: string, path = pathOf(key)): Uint8Array | undefined {
  let node = load(root)
  for (let depth = 0; node?.kind === 'inner'; depth++) node = childOf(node, bitAt(path, depth), load)
  return node?.key === key ? node.value : undefined
}
