/** Grows the tree on disk: entries of the log in, tiles and bundles out. After kill -9 at any point it goes on where it was. */
import { setImmediate as breathe } from 'node:timers/promises'
import { asPosition, type Position } from '../../domain/ids.js'
import { auditEntryOf } from '../tree/entry.js'
import { AuditFormatError } from '../errors.js'
import { isFull, TILE_WIDTH, tilePath, type Tile } from '../tiles/tile-path.js'
import { openTileFiles, type TileFiles } from '../tiles/tile-files.js'
import { appendToEdge, emptyEdge, partialFiles, rootOfEdge, type Edge, type TileFile } from './edge.js'
import { encodeState, readState, STATE_FILE } from './tree-state.js'

/** The event log as the tree needs it (eventlog/entries.ts). */
export type AuditSource = {
  readEntries(options: { readonly from: Position; readonly limit: number; readonly maxBytes?: number }): Promise<readonly { readonly position: Position; readonly bytes: Uint8Array }[]>
  /** Resolves with the length as soon as it exceeds `length`, or when `signal` aborts. */
  waitForGrowth(length: number, signal: AbortSignal): Promise<number>
  length(): Promise<number>
}

export type TreeWriter = {
  readonly files: TileFiles
  readonly size: bigint
  root(): Uint8Array
  /** Takes at most one batch from the log. False where there was nothing more. */
  advance(source: AuditSource): Promise<boolean>
}

const BATCH = 16 * TILE_WIDTH
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * @param onRestart told why the tree on disk is made anew from the log, which gives the same one
 */
export async function openTreeWriter(folder: string, onRestart: (sentence: string) => void = () => undefined): Promise<TreeWriter> {
  const files = openTileFiles(folder)
  let edge: Edge
  try {
    edge = await readState(files)
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    onRestart(`the audit tree is made again from the event log: ${error.message}`)
    edge = emptyEdge()
  }

  return {
    files,
    get size() {
      return edge.size
    },
    root: () => rootOfEdge(edge),
    async advance(source) {
      const from = Number(edge.size)
      // Whole tiles while there is more, so that a long way has few partial ones.
      const entries = await source.readEntries({ from: asPosition(from), limit: BATCH - (from % TILE_WIDTH), maxBytes: BATCH_BYTES })
      if (entries.length === 0) return false
      const next: Edge = { size: edge.size, levels: edge.levels.map((row) => [...row]), entries: [...edge.entries] }
      const full: TileFile[] = []
      for (const { position, bytes } of entries) {
        if (BigInt(position) !== next.size) throw new AuditFormatError('event log', `gave position ${position} after ${next.size} entries`)
        full.push(...appendToEdge(next, auditEntryOf(position, bytes)))
        // Whoever shares the process waits for milliseconds.
        if (next.size % BigInt(TILE_WIDTH) === 0n) await breathe()
      }
      await files.write([...full, ...partialFiles(next)].map(({ tile, bytes }) => ({ path: tilePath(tile), bytes })))
      // What a reader of an older checkpoint misses from here on it finds in the full tile.
      for (const tile of becameFull(full)) await files.removePartials(tile)
      await files.write([{ path: STATE_FILE, bytes: encodeState(next) }])
      edge = next
      return true
    },
  }
}

/** Full tiles that may have been partial before: the first of each level in a batch. */
function becameFull(written: readonly TileFile[]): Tile[] {
  const first = new Map<string, Tile>()
  for (const { tile } of written) {
    const place = tile.kind === 'entries' ? 'entries' : String(tile.level)
    if (isFull(tile) && !first.has(place)) first.set(place, tile)
  }
  return [...first.values()]
}
