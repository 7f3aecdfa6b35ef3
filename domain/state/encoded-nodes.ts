/**
 * The nodes that a block has made, as the bytes that are stored. Each is written out when it is asked for: many are
 * replaced by one of the next blocks before anything is stored.
 */
import { encodeNode, type StateNode } from './nodes.js'

export class EncodedNodes implements ReadonlyMap<string, Uint8Array> {
  readonly #nodes: ReadonlyMap<string, StateNode>

  /** @param nodes by their hash; must not change any more */
  constructor(nodes: ReadonlyMap<string, StateNode>) {
    this.#nodes = nodes
  }

  get size(): number {
    return this.#nodes.size
  }

  has(hash: string): boolean {
    return this.#nodes.has(hash)
  }

  get(hash: string): Uint8Array | undefined {
    const node = this.#nodes.get(hash)
    return node === undefined ? undefined : encodeNode(node)
  }

  keys(): MapIterator<string> {
    return this.#nodes.keys()
  }

  *values(): MapIterator<Uint8Array> {
    for (const node of this.#nodes.values()) yield encodeNode(node)
  }

  *entries(): MapIterator<[string, Uint8Array]> {
    for (const [hash, node] of this.#nodes) yield [hash, encodeNode(node)]
  }

  [Symbol.iterator](): MapIterator<[string, Uint8Array]> {
    return this.entries()
  }

  forEach(visit: (bytes: Uint8Array, hash: string, map: ReadonlyMap<string, Uint8Array>) => void): void {
    for (const [hash, bytes] of this) visit(bytes, hash, this)
  }
}
