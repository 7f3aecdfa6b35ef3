/**
 * The original's state Merkle tree, kept to check its records; nothing here is used to agree on anything. Leaves are
 * sorted by key and the odd last node pairs with 32 zero bytes.
 */
import { ByteWriter, concatBytes } from '../bytes.js'
import { sha256, tagBytes } from '../hash.js'

const LEAF_TAG = tagBytes('STATE_LEAF_V1')
const NODE_TAG = tagBytes('STATE_NODE_V1')
const NOTHING = new Uint8Array(32)

export type LegacyEntry = { readonly key: Uint8Array; readonly value: Uint8Array }

/** Root over distinct keys; of no keys, SHA-256 of nothing. */
export function legacyStateRoot(entries: readonly LegacyEntry[]): Uint8Array {
  if (entries.length === 0) return sha256(new Uint8Array(0))
  let level = [...entries].sort((a, b) => compareBytes(a.key, b.key)).map(leafHash)
  while (level.length > 1) {
    const below = level
    level = []
    for (let i = 0; i < below.length; i += 2) level.push(sha256(concatBytes(NODE_TAG, below[i] as Uint8Array, below[i + 1] ?? NOTHING)))
  }
  return level[0] as Uint8Array
}

function leafHash({ key, value }: LegacyEntry): Uint8Array {
  return sha256(new ByteWriter().raw(LEAF_TAG).blob(key).raw(sha256(value)).finish())
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
