/** Files of a log over HTTP, each bounded by what it may hold. https://c2sp.org/tlog-tiles#apis */
import { fetchBounded } from '../fetch-bounded.js'
import { LARGEST_NOTE_BYTES } from '../notes/note.js'
import type { ReadTileFile } from './read-tiles.js'
import { HASH_BYTES, LARGEST_ENTRY_BYTES } from './tiles.js'
import { parseTilePath, TILE_WIDTH } from './tile-path.js'

const WITHIN_MS = 10_000
const LARGEST_BUNDLE_BYTES = TILE_WIDTH * (LARGEST_ENTRY_BYTES + 2)

/** @param prefix the log's address, such as http://127.0.0.1:9441/audit. Throws Error with a sentence where it cannot be asked. */
export function tilesOverHttp(prefix: string): ReadTileFile {
  const base = prefix.replace(/\/+$/, '')
  return async (path) => {
    const { status, body } = await fetchBounded(`${base}/${path}`, { withinMs: WITHIN_MS, mostBytes: largest(path) })
    if (status === 404) return undefined
    if (status !== 200) throw new Error(`${base}/${path} answers ${status}`)
    return body
  }
}

function largest(path: string): number {
  const tile = parseTilePath(path)
  if (tile === undefined) return LARGEST_NOTE_BYTES
  return tile.kind === 'entries' ? LARGEST_BUNDLE_BYTES : TILE_WIDTH * HASH_BYTES
}
