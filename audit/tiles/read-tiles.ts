/**
 * Hashes of subtrees from tiles, wherever those lie. Nothing is believed yet: a proof made of them is worth what its
 * verification against a signed root says.
 */
import { AuditFormatError } from '../errors.js'
import { decodeBundle, decodeHashTile, HASH_BYTES, subtreeIn, tileOf } from './tiles.js'
import { isFull, TILE_WIDTH, tilePath, type EntryBundle, type HashTile, type Tile } from './tile-path.js'
import type { ReadSubtrees } from '../tree/subtrees.js'

/** Undefined where there is no such file. */
export type ReadTileFile = (path: string) => Promise<Uint8Array | undefined>

/** For a tree of `size` leaves. Each tile is read once a call. Throws AuditFormatError for one that is missing or malformed. */
export function subtreesFromTiles(size: bigint, read: ReadTileFile): ReadSubtrees {
  return async (wanted) => {
    const tiles = new Map<string, Promise<Uint8Array[]>>()
    return Promise.all(wanted.map(async (subtree) => {
      const tile = tileOf(subtree, size)
      const path = tilePath(tile)
      const hashes = tiles.get(path) ?? readHashTile(tile, read)
      tiles.set(path, hashes)
      return subtreeIn(await hashes, subtree)
    }))
  }
}

export async function readHashTile(tile: HashTile, read: ReadTileFile): Promise<Uint8Array[]> {
  const { bytes, width } = await readAny(tile, read)
  return decodeHashTile(width > tile.width ? bytes.subarray(0, tile.width * HASH_BYTES) : bytes, tile)
}

export async function readBundle(bundle: EntryBundle, read: ReadTileFile): Promise<Uint8Array[]> {
  const { bytes, width } = await readAny(bundle, read)
  return decodeBundle(bytes, { ...bundle, width }).slice(0, bundle.width)
}

/** A partial tile may be gone once the full one is there. */
async function readAny(tile: Tile, read: ReadTileFile): Promise<{ readonly bytes: Uint8Array; readonly width: number }> {
  const bytes = await read(tilePath(tile))
  if (bytes !== undefined) return { bytes, width: tile.width }
  const full = isFull(tile) ? undefined : await read(tilePath({ ...tile, width: TILE_WIDTH }))
  if (full === undefined) throw new AuditFormatError(tilePath(tile), 'is not there')
  return { bytes: full, width: TILE_WIDTH }
}
