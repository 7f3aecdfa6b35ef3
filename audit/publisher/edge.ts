/**
 * The right edge of the tree as tiles have it: at each level the hashes of the tile that is not full yet, and the
 * entries of the bundle that is not. Enough to append and to know the root, whatever the size; the leaves are not held.
 */
import { EMPTY_ROOT, leafHash, nodeHash } from '../../domain/merkle.js'
import { encodeBundle, encodeHashTile, subtreeIn } from '../tiles/tiles.js'
import { TILE_WIDTH, tileWidth, type Tile } from '../tiles/tile-path.js'
import { completeSubtrees, foldSubtrees } from '../tree/subtrees.js'

export type TileFile = { readonly tile: Tile; readonly bytes: Uint8Array }

export type Edge = {
  size: bigint
  /** At each level at most 255 hashes. */
  readonly levels: Uint8Array[][]
  /** As many as level 0 has hashes. */
  entries: Uint8Array[]
}

export const emptyEdge = (): Edge => ({ size: 0n, levels: [[]], entries: [] })

/** Appends an entry and gives the files that became full by it. */
export function appendToEdge(edge: Edge, entry: Uint8Array, leaf: Uint8Array = leafHash(entry)): TileFile[] {
  const full: TileFile[] = []
  edge.entries.push(entry)
  edge.size += 1n
  if (edge.entries.length === TILE_WIDTH) {
    full.push({ tile: { kind: 'entries', index: edge.size / BigInt(TILE_WIDTH) - 1n, width: TILE_WIDTH }, bytes: encodeBundle(edge.entries) })
    edge.entries = []
  }
  let hash = leaf
  for (let level = 0; ; level++) {
    const row = edge.levels[level] ?? (edge.levels[level] = [])
    row.push(hash)
    if (row.length < TILE_WIDTH) return full
    edge.levels[level] = []
    full.push({ tile: { kind: 'hashes', level, index: (edge.size >> BigInt(8 * (level + 1))) - 1n, width: TILE_WIDTH }, bytes: encodeHashTile(row) })
    hash = foldFull(row)
  }
}

function foldFull(row: readonly Uint8Array[]): Uint8Array {
  let hashes = row
  while (hashes.length > 1) hashes = Array.from({ length: hashes.length / 2 }, (_, i) => nodeHash(hashes[2 * i] as Uint8Array, hashes[2 * i + 1] as Uint8Array))
  return hashes[0] as Uint8Array
}

/** MTH of all that was appended. */
export function rootOfEdge({ size, levels }: Edge): Uint8Array {
  if (size === 0n) return EMPTY_ROOT
  return foldSubtrees(completeSubtrees(0n, size).map((subtree) => subtreeIn(levels[Math.floor(subtree.level / 8)] ?? [], subtree)))
}

/** Partial tiles and the partial bundle of a tree of `size` leaves. */
export function partialTiles(size: bigint): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0; size >> BigInt(8 * level) > 0n; level++) {
    const index = size >> BigInt(8 * (level + 1))
    const width = tileWidth(level, index, size)
    if (width === 0) continue
    if (level === 0) tiles.push({ kind: 'entries', index, width })
    tiles.push({ kind: 'hashes', level, index, width })
  }
  return tiles
}

/** Files of the tiles that are not full. */
export const partialFiles = (edge: Edge): TileFile[] => partialTiles(edge.size).map((tile) => ({
  tile, bytes: tile.kind === 'entries' ? encodeBundle(edge.entries) : encodeHashTile(edge.levels[tile.level] as Uint8Array[]),
}))
