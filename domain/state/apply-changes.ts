/**
 * Applies a batch of changes to the authenticated map and says which nodes came and which went. Only the paths of
 * changed keys are read and hashed, each node once a batch, so the cost follows the change and not the state. The
 * result depends on the set of keys and values alone: any order of any batches gives the same root and nodes.
 */
import type { StateChanges, StateNodes } from '../execution/types.js'
import type { StateRoot } from '../ids.js'
import { EncodedNodes } from './encoded-nodes.js'
import { bitAt, createInner, createLeaf, createLoader, EMPTY_STATE, pathOf, type LeafNode, type NodeCache, type NodeLoader, type StateNode } from './nodes.js'

/** `null` removes the key. */
export type Updates = ReadonlyMap<string, Uint8Array | null>

export type AppliedChanges = StateChanges & { readonly root: StateRoot }

/** A key's final content in this batch: a leaf to be there, or nothing. */
type Change = { readonly path: Uint8Array; readonly key: string; readonly leaf: LeafNode | undefined }

/** A subtree by its root, or by the root's hash alone: enough while nothing above it collapses. */
type Subtree = StateNode | string

export function applyChanges(nodes: StateNodes, root: StateRoot, updates: Updates): AppliedChanges {
  return changeTree(createLoader(nodes), root, updates)
}

/** The same over a loader that has perhaps read most of the nodes already; the new tree is kept in its cache. */
export function changeTree(load: NodeLoader, root: StateRoot, updates: Updates, cache?: NodeCache, pathOfKey = pathOf): AppliedChanges {
  const changes = [...updates].map(([key, value]): Change => {
    const path = pathOfKey(key)
    return { path, key, leaf: value === null ? undefined : createLeaf(key, path, value) }
  })
  changes.sort((a, b) => comparePaths(a.path, b.path))
  const batch = new Batch(load, changes)
  const tree = batch.update(root, 0, changes.length, 0)
  const { puts, deletes } = batch.finish()
  if (typeof tree !== 'string') cache?.keep(tree, puts.size - deletes.size)
  return { root: hashOf(tree) as StateRoot, puts, deletes }
}

const hashOf = (subtree: Subtree): string => (typeof subtree === 'string' ? subtree : subtree.hash)

class Batch {
  readonly #load: NodeLoader
  /** Sorted by path. */
  readonly #changes: readonly Change[]
  readonly #created = new Map<string, StateNode>()
  readonly #superseded = new Set<string>()

  constructor(load: NodeLoader, changes: readonly Change[]) {
    this.#load = load
    this.#changes = changes
  }

  /** `subtree` with the changes [from, to), all below it, applied. */
  update(subtree: Subtree, from: number, to: number, depth: number): Subtree {
    if (from === to) return subtree
    const node = typeof subtree === 'string' ? this.#load(subtree) : subtree
    if (node === undefined) return this.#build(leavesOf(this.#changes.slice(from, to)), depth)
    this.#superseded.add(node.hash)
    if (node.kind === 'leaf') return this.#build(leavesWith(node, this.#changes.slice(from, to)), depth)
    const split = firstRight(this.#changes, from, to, depth)
    const left = this.update(node.leftNode ?? node.left, from, split, depth + 1)
    const right = this.update(node.rightNode ?? node.right, split, to, depth + 1)
    return this.#join(left, right)
  }

  /** Nodes that this batch both superseded and needs again stay where they are. */
  finish(): StateChanges {
    for (const hash of this.#created.keys()) if (this.#superseded.delete(hash)) this.#created.delete(hash)
    return { puts: new EncodedNodes(this.#created), deletes: this.#superseded }
  }

  #build(leaves: readonly LeafNode[], depth: number): Subtree {
    const [first] = leaves
    if (first === undefined) return EMPTY_STATE
    if (leaves.length === 1) return this.#create(first)
    const split = firstRight(leaves, 0, leaves.length, depth)
    return this.#join(this.#build(leaves.slice(0, split), depth + 1), this.#build(leaves.slice(split), depth + 1))
  }

  /** A lone leaf rises: it is stored where it is first alone. */
  #join(left: Subtree, right: Subtree): Subtree {
    if (left === EMPTY_STATE && (right === EMPTY_STATE || this.#isLeaf(right))) return right
    if (right === EMPTY_STATE && this.#isLeaf(left)) return left
    const node = createInner(hashOf(left), hashOf(right))
    if (typeof left !== 'string') node.leftNode = left
    if (typeof right !== 'string') node.rightNode = right
    return this.#create(node)
  }

  #isLeaf(subtree: Subtree): boolean {
    return (typeof subtree === 'string' ? this.#load(subtree) : subtree)?.kind === 'leaf'
  }

  #create(node: StateNode): StateNode {
    this.#created.set(node.hash, node)
    return node
  }
}

const leavesOf = (changes: readonly Change[]): LeafNode[] => changes.flatMap(({ leaf }) => (leaf === undefined ? [] : [leaf]))

function leavesWith(existing: LeafNode, changes: readonly Change[]): LeafNode[] {
  const leaves = leavesOf(changes)
  if (changes.some(({ key }) => key === existing.key)) return leaves
  const at = leaves.findIndex((leaf) => comparePaths(existing.path, leaf.path) < 0)
  leaves.splice(at === -1 ? leaves.length : at, 0, existing)
  return leaves
}

/** Index of the first entry of [from, to) that goes right at `depth`; entries are sorted and share their first `depth` bits. */
function firstRight(entries: readonly { readonly path: Uint8Array }[], from: number, to: number, depth: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >> 1
    if (bitAt((entries[middle] as { path: Uint8Array }).path, depth) === 0) low = middle + 1
    else high = middle
  }
  return low
}

function comparePaths(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
