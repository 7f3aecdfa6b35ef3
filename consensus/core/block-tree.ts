/**
 * The blocks that are not final yet, as a tree whose root is the committed head, each with the state it leads to.
 * Invariants: every block in the tree descends from the committed head; a parent is in the tree before its child; a
 * block was executed and its roots agreed before it was added; when a block commits, all that does not descend from
 * it is gone. Uncommitted state is kept as changes over the parent's state, so a fork costs what it changes.
 */
import type { Block } from '../../domain/block.js'
import type { ExecutionResult, StateNodes } from '../../domain/execution/types.js'
import type { BlockHash, Height, TxId, View } from '../../domain/ids.js'

export type TreeBlock = {
  readonly block: Block
  readonly execution: ExecutionResult
  /** Undefined for the committed head. */
  readonly parent: TreeBlock | undefined
}

export type BlockTree = {
  readonly head: TreeBlock
  get(hash: BlockHash): TreeBlock | undefined
  /** State nodes as seen after `node`: its own changes, its ancestors' changes, then the committed state. */
  nodesAfter(node: TreeBlock): StateNodes
  /** Blocks committed since then, newest first: neither the state store nor the pool knows of them yet. */
  unstoredCommits(): readonly TreeBlock[]
  /** Says that the changes of every block up to this height are in the committed nodes. */
  commitsAreStored(height: Height): void
  add(block: Block, execution: ExecutionResult): TreeBlock
  /** Uncommitted blocks from the child of the head to `node`, oldest first; empty for the head itself. */
  pathTo(node: TreeBlock): readonly TreeBlock[]
  /** Makes `node` the committed head and drops every branch that does not descend from it. */
  commit(node: TreeBlock): void
  readonly size: number
}

export function createBlockTree(head: { block: Block; execution: ExecutionResult }, committedNodes: StateNodes): BlockTree {
  let root: TreeBlock = { ...head, parent: undefined }
  const blocks = new Map<BlockHash, TreeBlock>([[root.block.hash, root]])
  // The shell stores commits when the disk is free; what is built on them meanwhile finds their changes here.
  const unstored: TreeBlock[] = []

  const pathTo = (node: TreeBlock): readonly TreeBlock[] => {
    const path: TreeBlock[] = []
    for (let at: TreeBlock | undefined = node; at !== undefined && at.block.hash !== root.block.hash; at = at.parent) path.push(at)
    return path.reverse()
  }

  return {
    get head() {
      return root
    },
    get: (hash) => blocks.get(hash),
    nodesAfter(node) {
      const overlays = [...[...pathTo(node)].reverse(), ...unstored].map((at) => at.execution.changes.puts)
      return {
        get(hash) {
          for (const puts of overlays) {
            const bytes = puts.get(hash)
            if (bytes !== undefined) return bytes
          }
          return committedNodes.get(hash)
        },
      }
    },
    add(block, execution) {
      const parent = blocks.get(block.header.parentHash)
      if (parent === undefined) throw new Error('a block needs its parent in the tree')
      const node: TreeBlock = { block, execution, parent }
      blocks.set(block.hash, node)
      return node
    },
    pathTo,
    unstoredCommits: () => unstored,
    commitsAreStored(height) {
      // Newest first: what is stored stands at the end.
      while (unstored.length > 0 && heightOf(unstored.at(-1) as TreeBlock) <= height) unstored.pop()
    },
    commit(node) {
      unstored.unshift(...[...pathTo(node)].reverse())
      root = { block: node.block, execution: node.execution, parent: undefined }
      blocks.set(node.block.hash, root)
      // Heights rise along a branch, so one pass in height order sees each parent before its children.
      const kept = new Map<BlockHash, TreeBlock>([[root.block.hash, root]])
      for (const candidate of [...blocks.values()].sort(byHeight)) {
        const parent = kept.get(candidate.block.header.parentHash)
        if (parent !== undefined) kept.set(candidate.block.hash, { ...candidate, parent })
      }
      blocks.clear()
      for (const [hash, at] of kept) blocks.set(hash, at)
    },
    get size() {
      return blocks.size
    },
  }
}

const byHeight = (a: TreeBlock, b: TreeBlock): number => a.block.header.height - b.block.header.height

/**
 * Ids of all transactions on the way to `node` that the pool may still hold: those of uncommitted blocks, and those
 * of blocks that were committed a moment ago. They must not be proposed again on top of it.
 */
export function txIdsBefore(tree: BlockTree, node: TreeBlock): ReadonlySet<TxId> {
  const unstored = tree.unstoredCommits()
  const key = { head: tree.head, newest: unstored[0], count: unstored.length }
  const known = idsBefore.get(node)
  if (known !== undefined && known.head === key.head && known.newest === key.newest && known.count === key.count) return known.ids
  const ids = new Set<TxId>()
  for (const { block } of [...tree.pathTo(node), ...unstored]) for (const tx of block.transactions) ids.add(tx.id)
  idsBefore.set(node, { ...key, ids })
  return ids
}

/** Asked after every event, and different only after a commit or its storing: thousands of ids are gathered once. */
const idsBefore = new WeakMap<TreeBlock, { readonly head: TreeBlock; readonly newest: TreeBlock | undefined; readonly count: number; readonly ids: ReadonlySet<TxId> }>()

export const viewOf = (node: TreeBlock): View => node.block.header.view
export const heightOf = (node: TreeBlock): Height => node.block.header.height
