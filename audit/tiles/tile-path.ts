/**
 * Where a tile lies below the log's address, and back. Only paths that name a tile are read, so none leads elsewhere.
 * https://c2sp.org/tlog-tiles#merkle-tree
 */
export const TILE_WIDTH = 256
export const HIGHEST_TILE_LEVEL = 63

export type HashTile = { readonly kind: 'hashes'; readonly level: number; readonly index: bigint; readonly width: number }
export type EntryBundle = { readonly kind: 'entries'; readonly index: bigint; readonly width: number }
/** `width` is 1 to 256; a tile of 256 is full. */
export type Tile = HashTile | EntryBundle

export const isFull = ({ width }: Tile): boolean => width === TILE_WIDTH

/** `tile/0/x001/x234/067`, `tile/entries/000.p/5`. */
export function tilePath(tile: Tile): string {
  const place = tile.kind === 'entries' ? 'entries' : String(tile.level)
  return `tile/${place}/${groups(tile.index)}${isFull(tile) ? '' : `.p/${tile.width}`}`
}

/** Decimal digits in groups of three; all but the last begin with an x. */
function groups(index: bigint): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const parts = padded.match(/\d{3}/g) as string[]
  return parts.map((part, i) => (i < parts.length - 1 ? `x${part}` : part)).join('/')
}

const PATH = /^tile\/(?<place>entries|0|[1-9]\d?)\/(?<index>(?:x\d{3}\/){0,6}\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/

/** Undefined for anything but the one way to write a tile's path. */
export function parseTilePath(path: string): Tile | undefined {
  const { place, index: indexText, width: widthText } = PATH.exec(path)?.groups ?? {}
  if (place === undefined || indexText === undefined) return undefined
  const index = BigInt(indexText.replaceAll(/[x/]/g, ''))
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText)
  const tile: Tile = place === 'entries' ? { kind: 'entries', index, width } : { kind: 'hashes', level: Number(place), index, width }
  if (widthText !== undefined && width >= TILE_WIDTH) return undefined
  if (tile.kind === 'hashes' && tile.level > HIGHEST_TILE_LEVEL) return undefined
  // Leading groups of zeros would name one tile twice.
  return tilePath(tile) === path ? tile : undefined
}

/** Hashes in tile `index` of `level` when the tree has `size` leaves: 0 where there is no such tile. */
export function tileWidth(level: number, index: bigint, size: bigint): number {
  const hashes = (size >> BigInt(8 * level)) - index * 256n
  return hashes <= 0n ? 0 : hashes >= 256n ? TILE_WIDTH : Number(hashes)
}
