/**
 * Contents of tiles and bundles: hashes one after another, entries after their lengths.
 * https://c2sp.org/tlog-tiles#merkle-tree and #log-entries
 */
import { concatBytes } from '../../domain/bytes.js'
import { nodeHash } from '../../domain/merkle.js'
import { AuditFormatError } from '../errors.js'
import { TILE_WIDTH, tilePath, tileWidth, type EntryBundle, type HashTile } from './tile-path.js'
import type { Subtree } from '../tree/subtrees.js'

export const HASH_BYTES = 32
export const LARGEST_ENTRY_BYTES = 0xffff

export const encodeHashTile = (hashes: readonly Uint8Array[]): Uint8Array => concatBytes(...hashes)

/** Throws AuditFormatError where the bytes are not as many hashes as the tile has. */
export function decodeHashTile(bytes: Uint8Array, tile: HashTile): Uint8Array[] {
  if (bytes.length !== tile.width * HASH_BYTES) throw new AuditFormatError(tilePath(tile), `${bytes.length} bytes are not ${tile.width} hashes`)
  return Array.from({ length: tile.width }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/** Throws RangeError for an entry that is too long. */
export function encodeEntry(entry: Uint8Array): Uint8Array {
  if (entry.length > LARGEST_ENTRY_BYTES) throw new RangeError(`an entry of ${entry.length} bytes exceeds ${LARGEST_ENTRY_BYTES}`)
  return concatBytes(Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry)
}

export const encodeBundle = (entries: readonly Uint8Array[]): Uint8Array => concatBytes(...entries.map(encodeEntry))

/** Throws AuditFormatError where the bytes are not as many entries as the bundle has. */
export function decodeBundle(bytes: Uint8Array, bundle: EntryBundle): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const length = at + 2 <= bytes.length ? ((bytes[at] as number) << 8) | (bytes[at + 1] as number) : Infinity
    if (entries.length === bundle.width || at + 2 + length > bytes.length) throw new AuditFormatError(tilePath(bundle), `has bytes after its ${entries.length} entries`)
    entries.push(bytes.slice(at + 2, at + 2 + length))
    at += 2 + length
  }
  if (entries.length !== bundle.width) throw new AuditFormatError(tilePath(bundle), `has ${entries.length} entries instead of ${bundle.width}`)
  return entries
}

/** The tile of a tree of `size` leaves that holds what a subtree is made of. The subtree must be in the tree. */
export function tileOf({ level, index }: Subtree, size: bigint): HashTile {
  const tileLevel = Math.floor(level / 8)
  // A tile spans eight levels: the subtree has 2^(level mod 8) of its hashes.
  const tileIndex = (index << BigInt(level % 8)) / BigInt(TILE_WIDTH)
  return { kind: 'hashes', level: tileLevel, index: tileIndex, width: tileWidth(tileLevel, tileIndex, size) }
}

/** Hash of a complete subtree from the hashes of its tile. */
export function subtreeIn(hashes: readonly Uint8Array[], { level, index }: Subtree): Uint8Array {
  const width = 1 << (level % 8)
  const from = Number((index << BigInt(level % 8)) % BigInt(TILE_WIDTH))
  let row = hashes.slice(from, from + width)
  if (row.length !== width) throw new AuditFormatError('tile', `has ${hashes.length} hashes, too few for the subtree ${index} of level ${level}`)
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array))
  return row[0] as Uint8Array
}

/**
 * The hash tiles that a tree of `to` leaves has and one of `from` leaves has not, level by level, from left to right.
 * @param height levels a tile spans: 8 here, others for logs of another shape
 */
export function* newTiles(from: bigint, to: bigint, height = 8): Generator<HashTile> {
  const span = BigInt(height)
  for (let level = 0; to >> (span * BigInt(level)) > 0n; level++) {
    const before = from >> (span * BigInt(level))
    const after = to >> (span * BigInt(level))
    if (after === before) continue
    for (let index = before >> span; index < after >> span; index++) yield { kind: 'hashes', level, index, width: 2 ** height }
    const width = Number(after & ((1n << span) - 1n))
    if (width > 0) yield { kind: 'hashes', level, index: after >> span, width }
  }
}
