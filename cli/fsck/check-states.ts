/** Does every validator hold the state that its newest block promises, node by node, and is it that of the log? */
import type { StateNodes } from '../../domain/execution/types.js'
import type { StateRoot } from '../../domain/ids.js'
import { loadNode, StateNodeError } from '../../domain/state/nodes.js'
import type { BlockStore } from '../../consensus/storage/block-store.js'
import type { Progress } from '../shared/progress.js'
import { differ, same } from './difference.js'

/** @param stateRoots by height, as executing the log from genesis gives them. @returns nodes read */
export function checkState(name: string, store: Pick<BlockStore, 'head' | 'nodes'>, stateRoots: readonly StateRoot[], progress: Progress): number {
  const head = store.head()
  if (head === undefined) return 0
  const { height, stateRoot } = head.block.header
  const known = stateRoots[height]
  if (known !== undefined) same(`${name}, state root at height ${height}`, known, stateRoot)
  return countNodes(name, store.nodes, stateRoot, progress)
}

/** Reads every node below the root and hashes it again. */
function countNodes(name: string, nodes: StateNodes, root: StateRoot, progress: Progress): number {
  const open: string[] = [root]
  let count = 0
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    const node = read(name, nodes, hash)
    if (node === undefined) continue
    count += 1
    if (node.kind === 'inner') open.push(node.left, node.right)
    if (count % 10_000 === 0) progress.show(`reading the state of ${name}: ${count} nodes`)
  }
  return count
}

function read(name: string, nodes: StateNodes, hash: string) {
  try {
    return loadNode(nodes, hash)
  } catch (error) {
    if (error instanceof StateNodeError) return differ(`${name}, state node ${hash}`, 'bytes with this hash', error.message.slice(error.message.indexOf(hash) + hash.length + 1).replace(/:.*/, ''))
    throw error
  }
}
