/**
 * RFC 6962 trees: the root over all entries, and an entry's way to it (RFC 9162 §2.1.3.2). A path of any other length
 * than index and size allow is refused before the first hash.
 */
import { concat } from './bytes.js'
import { demand, type Part } from './fault.js'
import type { Primitives } from './primitives.js'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (entry: Uint8Array, { sha256 }: Primitives): Uint8Array => sha256(concat(LEAF, entry))
const nodeHash = (left: Uint8Array, right: Uint8Array, { sha256 }: Primitives): Uint8Array => sha256(concat(NODE, left, right))

export function rootOfEntries(entries: readonly Uint8Array[], primitives: Primitives): Uint8Array {
  if (entries.length === 0) return primitives.sha256(new Uint8Array(0))
  const root = (from: number, to: number): Uint8Array => {
    if (to - from === 1) return leafHash(entries[from] as Uint8Array, primitives)
    let split = 1
    while (split * 2 < to - from) split *= 2
    return nodeHash(root(from, from + split), root(from + split, to), primitives)
  }
  return root(0, entries.length)
}

/** How many hashes lead from the leaf at `index` to the root of `size` leaves. */
export function pathLength(index: number, size: number): number {
  let length = 0
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 1 || at < last) length += 1
  }
  return length
}

export function rootOfPath(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[], part: Part, primitives: Primitives): Uint8Array {
  demand(index < size, part, `a tree of ${size} entries has none at index ${index}`)
  const expected = pathLength(index, size)
  demand(path.length === expected, part, `${path.length} hashes, ${expected} lead from index ${index} to the root of ${size}`)
  let hash = leaf
  let next = 0
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 1) hash = nodeHash(path[next++] as Uint8Array, hash, primitives)
    else if (at < last) hash = nodeHash(hash, path[next++] as Uint8Array, primitives)
  }
  return hash
}
