import { expect, test } from 'vitest'
import { genesis, txOf } from '../../domain/execution/testing/network.js'
import { executeBlock } from '../../domain/execution/execute.js'
import type { Block } from '../../domain/block.js'
import type { StateChanges } from '../../domain/execution/types.js'
import { createBlockTree, txIdsBefore, type BlockTree, type TreeBlock } from './block-tree.js'
import { blockOn, initialNodes, root } from './testing/forge.js'

function growing(): { tree: BlockTree; stored: Map<string, Uint8Array>; add(block: Block): TreeBlock; store(changes: StateChanges): void } {
  const stored = new Map<string, Uint8Array>(initialNodes)
  const tree = createBlockTree({ block: root, execution: { stateRoot: root.header.stateRoot, receiptsRoot: root.header.receiptsRoot, receipts: [], changes: { puts: new Map(), deletes: new Set() } } }, { get: (hash) => stored.get(hash) })
  return {
    tree, stored,
    add(block) {
      const parent = tree.get(block.header.parentHash) as TreeBlock
      const { transactions, justify, header: { height, timestamp, view, proposer, failedLeaders } } = block
      const execution = executeBlock({ genesis, nodes: tree.nodesAfter(parent), parentRoot: parent.block.header.stateRoot, height, timestamp, turn: { view, proposer, failedLeaders, justify }, transactions })
      expect(execution.stateRoot).toBe(block.header.stateRoot)
      return tree.add(block, execution)
    },
    store({ puts, deletes }) {
      for (const hash of deletes) stored.delete(hash)
      for (const [hash, bytes] of puts) stored.set(hash, bytes)
    },
  }
}
const [a1, b1] = [blockOn(root, 1, { transactions: [txOf(1)] }), blockOn(root, 2, { transactions: [txOf(2)] })]
const a2 = blockOn(a1, 3, { transactions: [txOf(3)] })
const a3 = blockOn(a2, 4, { transactions: [txOf(4)] })
const b2 = blockOn(b1, 5, { transactions: [txOf(5)] })

test('a branch sees its own state and never the state of its fork', () => {
  const { tree, add } = growing()
  const [left, right] = [add(a1), add(b1)]
  for (const hash of left.execution.changes.puts.keys()) {
    expect(tree.nodesAfter(left).get(hash)).toBeDefined()
    if (!right.execution.changes.puts.has(hash)) expect(tree.nodesAfter(right).get(hash)).toBeUndefined()
  }
  add(a2)
  add(b2)
})

test('a commit drops every branch that does not descend from it and keeps those that do', () => {
  const { tree, add } = growing()
  for (const block of [a1, b1, a2, b2, a3]) add(block)
  tree.commit(tree.get(a1.hash) as TreeBlock)
  expect([a1, a2, a3].every(({ hash }) => tree.get(hash) !== undefined)).toBe(true)
  expect([root, b1, b2].some(({ hash }) => tree.get(hash) !== undefined)).toBe(false)
  expect(tree.head.block.hash).toBe(a1.hash)
  expect(tree.head.parent).toBeUndefined()
  expect(tree.pathTo(tree.get(a3.hash) as TreeBlock).map(({ block }) => block.hash)).toEqual([a2.hash, a3.hash])
  expect(tree.size).toBe(3)
})

test('what was committed but is not stored yet is still seen, newest first, until it is stored', () => {
  const { tree, add, store } = growing()
  for (const block of [a1, a2, a3]) add(block)
  const nodes = [a1, a2].map(({ hash }) => tree.get(hash) as TreeBlock)
  tree.commit(tree.get(a2.hash) as TreeBlock)
  expect(tree.unstoredCommits().map(({ block }) => block.hash)).toEqual([a2.hash, a1.hash])
  // Executing on top needs nodes that only the commit in flight holds.
  const { hash } = add(blockOn(a2, 6, { transactions: [txOf(6)] })).block
  expect(txIdsBefore(tree, tree.get(hash) as TreeBlock)).toEqual(new Set([txOf(6).id, txOf(1).id, txOf(3).id]))
  tree.commitsAreStored(a1.header.height)
  expect(txIdsBefore(tree, tree.get(hash) as TreeBlock)).toEqual(new Set([txOf(6).id, txOf(3).id]))
  for (const { execution } of nodes) store(execution.changes)
  tree.commitsAreStored(a2.header.height)
  expect(txIdsBefore(tree, tree.get(hash) as TreeBlock)).toEqual(new Set([txOf(6).id]))
  add(blockOn(a2, 7, { transactions: [txOf(7)] }))
})

test('a block without its parent is a mistake of the caller', () => {
  const { tree, add } = growing()
  const execution = add(a1).execution
  expect(() => tree.add(a3, execution)).toThrow('a block needs its parent in the tree')
})

