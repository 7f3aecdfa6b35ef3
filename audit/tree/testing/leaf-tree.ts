/** A tree held whole: for tests of what is made from parts of it. */
import { bytesToHex } from '../../../domain/bytes.js'
import { leafHash, nodeHash, rootOfLeafHashes } from '../../../domain/merkle.js'
import type { ReadSubtrees, Subtree } from '../subtrees.js'

export type LeafTree = { readonly leaves: readonly Uint8Array[]; root(size: number): Uint8Array; readonly read: ReadSubtrees }

/** @param entries unhashed */
export function leafTree(entries: readonly Uint8Array[]): LeafTree {
  const levels: Uint8Array[][] = [entries.map(leafHash)]
  for (let row = levels[0] as Uint8Array[]; row.length > 1; row = levels.at(-1) as Uint8Array[]) {
    levels.push(Array.from({ length: row.length >> 1 }, (_, i) => nodeHash(row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array)))
  }
  const leaves = levels[0] as Uint8Array[]
  const hashOf = ({ level, index }: Subtree): Uint8Array => {
    const hash = levels[level]?.[Number(index)]
    if (hash === undefined) throw new Error(`the tree of ${leaves.length} leaves has no complete subtree ${index} of level ${level}`)
    return hash
  }
  return { leaves, root: (size) => rootOfLeafHashes(leaves.slice(0, size)), read: async (wanted) => wanted.map(hashOf) }
}

/** Entry i is the byte i: the tree of published conformance hashes. */
export const byteTree = (size: number): LeafTree => leafTree(Array.from({ length: size }, (_, i) => Uint8Array.of(i)))

/** Whether D[start:end] is a subtree of the Merkle Tree Certificates draft: its start is a multiple of the next power of two. */
export function isRange(start: number, end: number): boolean {
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

export const proofLine = (head: string, proof: readonly Uint8Array[]): string => `${[head, ...proof.map(bytesToHex)].join(' ')}\n`

/** `bytes` with one bit of byte `at` turned. */
export function flipped(bytes: Uint8Array, at = 0): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at % copy.length] = (copy[at % copy.length] as number) ^ 0x10
  return copy
}
