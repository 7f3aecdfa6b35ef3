/**
 * Applies a batch of changes to the authenticated map and says which nodes came and which went. Only the paths of
 * changed keys are read and hashed, each node once a batch, so the cost follows the change and not the state. The
 * result depends on the set of keys and values alone: any order of any batches gives the same root and nodes.
 */
import type { StateChanges, StateNodes } from '../execution/types.js'
import type { StateRoot } from '../ids.js'
import { bitAt, createInner, createLeaf, EMPTY_STATE, encodeNode, loadNode, pathOf, type LeafNode, type NodeCache, type NodeLoader, type StateNode } from './nodes.js'

/** `null` removes the key. */
export type Updates = ReadonlyMap<string, Uint8Array | null>

export type AppliedChanges = StateChanges & { readonly root: StateRoot }

/** A key's final content in this batch: a leaf to be there, or nothing. */
type Change = { readonly path: Uint8Array; readonly key: string; readonly leaf: LeafNode | undefined }

/** A subtree whose root may not have been read: `hash` alone is enough while nothing above it collapses. */
type Subtree = { readonly hash: string; readonly node?: StateNode }

const EMPTY: Subtree = { hash: EMPTY_STATE }

export function applyChanges(nodes: StateNodes, root: StateRoot, updates: Updates): AppliedChanges {
  return changeTree((hash) => loadNode(nodes, hash), root, updates)
}

/** The same over a loader that has perhaps read most of the nodes already; new nodes go into its cache. */
export function changeTree(load: NodeLoader, root: StateRoot, updates: Updates, cache?: NodeCache): AppliedChanges {
  const batch = new Batch(load, cache)
  const changes = [...updates].map(([key, value]): Change => {
    const path = pathOf(key)
    return { path, key, leaf: value === null ? undefined : createLeaf(key, path, value) }
  })
  changes.sort((a, b) => comparePaths(a.path, b.path))
  const result = batch.update(root, changes, 0)
  return { root: result.hash as StateRoot, ...batch.finish() }
}

class Batch {
  readonly #load: NodeLoader
  readonly #created = new Map<string, Uint8Array>()
  readonly #superseded = new Set<string>()

  readonly #cache: NodeCache | undefined

  constructor(load: NodeLoader, cache: NodeCache | undefined) {
    this.#load = load
    this.#cache = cache
  }

  /** The subtree at `hash` with `changes` (sorted by path, all below it) applied. */
  update(hash: string, changes: readonly Change[], depth: number): Subtree {
    if (changes.length === 0) return { hash }
    const node = this.#load(hash)
    if (node === undefined) return this.#build(leavesOf(changes), depth)
    this.#superseded.add(hash)
    if (node.kind === 'leaf') return this.#build(leavesWith(node, changes), depth)
    const split = firstRight(changes, depth)
    const left = this.update(node.left, changes.slice(0, split), depth + 1)
    const right = this.update(node.right, changes.slice(split), depth + 1)
    return this.#join(left, right)
  }

  /** Nodes that this batch both superseded and needs again stay where they are. */
  finish(): StateChanges {
    const deletes = new Set<string>()
    for (const hash of this.#superseded) {
      if (this.#created.has(hash)) this.#created.delete(hash)
      else deletes.add(hash)
    }
    return { puts: this.#created, deletes }
  }

  #build(leaves: readonly LeafNode[], depth: number): Subtree {
    const [first] = leaves
    if (first === undefined) return EMPTY
    if (leaves.length === 1) return this.#create(first)
    const split = firstRight(leaves, depth)
    return this.#join(this.#build(leaves.slice(0, split), depth + 1), this.#build(leaves.slice(split), depth + 1))
  }

  /** A lone leaf rises: it is stored where it is first alone. */
  #join(left: Subtree, right: Subtree): Subtree {
    if (left.hash === EMPTY_STATE && right.hash === EMPTY_STATE) return EMPTY
    if (left.hash === EMPTY_STATE && this.#isLeaf(right)) return right
    if (right.hash === EMPTY_STATE && this.#isLeaf(left)) return left
    return this.#create(createInner(left.hash, right.hash))
  }

  #isLeaf(subtree: Subtree): boolean {
    return (subtree.node ?? this.#load(subtree.hash))?.kind === 'leaf'
  }

  #create(node: StateNode): Subtree {
    this.#created.set(node.hash, encodeNode(node))
    this.#cache?.put(node)
    return { hash: node.hash, node }
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

/** Index of the first entry that goes right at `depth`; entries are sorted and share their first `depth` bits. */
function firstRight(entries: readonly { readonly path: Uint8Array }[], depth: number): number {
  const index = entries.findIndex(({ path }) => bitAt(path, depth) === 1)
  return index === -1 ? entries.length : index
}

function comparePaths(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
