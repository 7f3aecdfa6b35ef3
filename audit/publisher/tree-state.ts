/**
 * How far the tiles on disk go. It is written after the tiles it speaks of, so whatever was interrupted is done again
 * from here, with the same bytes; a root beside the size tells tiles that were changed or lost since.
 */
import { bytesToHex } from '../../domain/bytes.js'
import { EMPTY_ROOT } from '../../domain/merkle.js'
import { parseSize } from '../notes/checkpoint.js'
import { AuditFormatError } from '../errors.js'
import { readBundle, readHashTile } from '../tiles/read-tiles.js'
import { readIfThere, type TileFiles } from '../tiles/tile-files.js'
import { emptyEdge, partialTiles, rootOfEdge, type Edge } from './edge.js'

export const STATE_FILE = 'publisher.json'

export const encodeState = (edge: Edge): Uint8Array => Buffer.from(`${JSON.stringify({ format: 1, size: String(edge.size), root: bytesToHex(rootOfEdge(edge)) })}\n`)

/** Where `encodeState` left off, with the tiles' edge read back. Throws AuditFormatError where state and tiles do not agree. */
export async function readState(files: TileFiles): Promise<Edge> {
  const bytes = readIfThere(files.folder, STATE_FILE)
  if (bytes === undefined) return emptyEdge()
  const { size, root } = parseState(bytes)
  const edge: Edge = { ...emptyEdge(), size }
  for (const tile of partialTiles(size)) {
    if (tile.kind === 'entries') edge.entries = await readBundle(tile, files.read)
    else edge.levels[tile.level] = await readHashTile(tile, files.read)
  }
  // Levels between that hold full tiles alone have an empty edge.
  for (let level = 0; level < edge.levels.length; level++) edge.levels[level] ??= []
  if (bytesToHex(rootOfEdge(edge)) !== root) throw new AuditFormatError(STATE_FILE, `the tiles of ${size} entries do not give the root ${root.slice(0, 8)} that they had`)
  return edge
}

function parseState(bytes: Uint8Array): { readonly size: bigint; readonly root: string } {
  let state: { readonly format?: unknown; readonly size?: unknown; readonly root?: unknown }
  try {
    state = JSON.parse(Buffer.from(bytes).toString('utf8')) as typeof state
  } catch {
    throw new AuditFormatError(STATE_FILE, 'is not JSON')
  }
  const size = typeof state.size === 'string' ? parseSize(state.size) : undefined
  if (state.format !== 1 || size === undefined || typeof state.root !== 'string') throw new AuditFormatError(STATE_FILE, 'has not the fields of format 1')
  if (size === 0n && state.root !== bytesToHex(EMPTY_ROOT)) throw new AuditFormatError(STATE_FILE, 'has a root for no entries')
  return { size, root: state.root }
}
