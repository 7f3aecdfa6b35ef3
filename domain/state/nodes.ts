/**
 * Nodes of the authenticated map: their hashes and their stored bytes. A subtree with one key is that key's leaf
 * whatever its depth, an empty subtree is 32 zero bytes, so the shape follows from the keys alone, never from history.
 */
import { ByteReader, ByteWriter, concatBytes, DecodeError } from '../bytes.js'
import { sha256, sha256Hex, sha256HexOf, sha256OfText, tagBytes } from '../hash.js'
import { hexInto } from '../hex.js'
import { ZERO_HASH, type StateRoot } from '../ids.js'
import type { StateNodes } from '../execution/types.js'

export const EMPTY_STATE = ZERO_HASH as StateRoot

export type LeafNode = { readonly kind: 'leaf'; readonly hash: string; readonly path: Uint8Array; readonly key: string; readonly value: Uint8Array }
export type InnerNode = {
  readonly kind: 'inner'
  readonly hash: string
  readonly left: string
  readonly right: string
  /** The children themselves, once they were read or made: walking a path then costs no lookups. */
  leftNode?: StateNode | undefined
  rightNode?: StateNode | undefined
}
export type StateNode = LeafNode | InnerNode

const LEAF = 0
const INNER = 1
const MAX_KEY_BYTES = 1024
const MAX_VALUE_BYTES = 64 * 1024 * 1024

/** A state database that lost or changed a node: not a fault of the block, the process must stop. */
export class StateNodeError extends Error {
  readonly code = 'STATE_NODE'
  constructor(readonly hash: string, reason: string) {
    super(`state node ${hash} ${reason}: the state database is damaged, restore it by syncing from peers`)
    this.name = 'StateNodeError'
  }
}

/** SHA-256 of the key's UTF-8: where in the tree the key belongs. */
export const pathOf = (key: string): Uint8Array => sha256OfText(key)

/** The same, worked out once for each key: a block reads most keys before it writes them. */
export function createPaths(): (key: string) => Uint8Array {
  const paths = new Map<string, Uint8Array>()
  return (key) => {
    const known = paths.get(key)
    if (known !== undefined) return known
    const path = pathOf(key)
    paths.set(key, path)
    return path
  }
}

/** Bit `depth` of a path, most significant first: 0 goes left. */
export const bitAt = (path: Uint8Array, depth: number): number => ((path[depth >> 3] as number) >> (7 - (depth & 7))) & 1

const LEAF_TAG = tagBytes('cybermesh/state-leaf/v1')
const INNER_TAG = tagBytes('cybermesh/state-node/v1')

export const leafHash = (path: Uint8Array, valueHash: Uint8Array): string => sha256HexOf(LEAF_TAG, path, valueHash)

const HASH_BYTES = 32
/** Tag and room for two hashes; written anew for each inner node, which is what a block hashes most. */
const innerPreimage = concatBytes(INNER_TAG, new Uint8Array(2 * HASH_BYTES))

export function innerHash(left: string, right: string): string {
  if (left.length !== 2 * HASH_BYTES || right.length !== 2 * HASH_BYTES) throw new RangeError('an inner node has two hashes of 32 bytes')
  hexInto(left, innerPreimage, INNER_TAG.length)
  hexInto(right, innerPreimage, INNER_TAG.length + HASH_BYTES)
  return sha256Hex(innerPreimage)
}

export function createLeaf(key: string, path: Uint8Array, value: Uint8Array): LeafNode {
  return { kind: 'leaf', hash: leafHash(path, sha256(value)), path, key, value }
}

export const createInner = (left: string, right: string): InnerNode => ({ kind: 'inner', hash: innerHash(left, right), left, right })

export function encodeNode(node: StateNode): Uint8Array {
  if (node.kind === 'inner') {
    const bytes = new Uint8Array(1 + 2 * HASH_BYTES)
    bytes[0] = INNER
    hexInto(node.left, bytes, 1)
    hexInto(node.right, bytes, 1 + HASH_BYTES)
    return bytes
  }
  return new ByteWriter(node.value.length + 128).u8(LEAF).text(node.key).blob(node.value).finish()
}

/** Reads nodes by hash; undefined is the empty subtree. */
export type NodeLoader = (hash: string) => StateNode | undefined

/** The child on the side of `bit`, read at most once. Undefined for an empty subtree. */
export function childOf(node: InnerNode, bit: number, load: NodeLoader): StateNode | undefined {
  if (bit === 0) return (node.leftNode ??= load(node.left))
  return (node.rightNode ??= load(node.right))
}

/**
 * The newest roots with all that hangs from them in memory. A node's hash says all about it, so what is kept is right
 * for ever and for every block and fork; only its amount is bounded.
 */
export type NodeCache = {
  root(hash: string): StateNode | undefined
  /** @param more nodes that this root has and the one before it had not, less those that it has no more */
  keep(root: StateNode, more: number): void
  /** A node was read from the store. */
  noteRead(): void
}

/** Proposals of a few views, and the state that each of them builds on. */
const KEPT_ROOTS = 32

/** @param maxNodes when about as many are held all are let go, and those in use are read again; some 300 bytes each */
export function createNodeCache(maxNodes: number): NodeCache {
  const roots = new Map<string, StateNode>()
  let held = 0
  const trim = (): void => {
    if (held <= maxNodes) return
    roots.clear()
    held = 0
  }
  return {
    root: (hash) => roots.get(hash),
    keep(root, more) {
      held += more
      trim()
      roots.delete(root.hash)
      roots.set(root.hash, root)
      if (roots.size > KEPT_ROOTS) roots.delete(roots.keys().next().value as string)
    },
    noteRead() {
      held += 1
    },
  }
}

/** A loader that reads and checks each node once: paths share their upper levels, within a block and between blocks. */
export function createLoader(nodes: StateNodes, cache?: NodeCache): NodeLoader {
  const loaded = new Map<string, StateNode | undefined>()
  return (hash) => {
    const known = cache?.root(hash) ?? loaded.get(hash)
    if (known !== undefined) return known
    const node = loadNode(nodes, hash)
    loaded.set(hash, node)
    cache?.noteRead()
    return node
  }
}

/** Undefined for the empty subtree. Throws StateNodeError when the store lacks the node or holds other bytes. */
export function loadNode(nodes: StateNodes, hash: string): StateNode | undefined {
  if (hash === EMPTY_STATE) return undefined
  const bytes = nodes.get(hash)
  if (bytes === undefined) throw new StateNodeError(hash, 'is missing')
  const node = decodeNode(hash, bytes)
  if (node.hash !== hash) throw new StateNodeError(hash, 'does not have this hash')
  return node
}

function decodeNode(hash: string, bytes: Uint8Array): StateNode {
  const reader = new ByteReader(bytes)
  try {
    const node = readNode(reader)
    reader.end('state.node')
    return node
  } catch (error) {
    if (error instanceof DecodeError) throw new StateNodeError(hash, `cannot be read (${error.field})`)
    throw error
  }
}

function readNode(reader: ByteReader): StateNode {
  const kind = reader.u8('state.kind')
  if (kind === INNER) return createInner(reader.hash('state.left'), reader.hash('state.right'))
  if (kind !== LEAF) throw new DecodeError('state.kind', 'unknown')
  const key = reader.text(MAX_KEY_BYTES, 'state.key')
  return createLeaf(key, pathOf(key), reader.blob(MAX_VALUE_BYTES, 'state.value'))
}

