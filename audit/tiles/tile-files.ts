/**
 * Tiles in a folder, at the paths they are served at. A file appears whole or not at all and is on disk before
 * anything that speaks of it: written under another name, flushed, renamed, and the folder flushed.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../platform/sync-folder.js'
import { parseTilePath, TILE_WIDTH, tilePath, type Tile } from './tile-path.js'
import type { ReadTileFile } from './read-tiles.js'

export const CHECKPOINT_FILE = 'checkpoint'
export const KEYS_FILE = 'keys.json'
/** The root signed for COSE (RFC 9942). */
export const COSE_FILE = 'cose-checkpoint'
const BESIDE_TILES: ReadonlySet<string> = new Set([CHECKPOINT_FILE, KEYS_FILE, COSE_FILE])

export type TileFiles = {
  readonly folder: string
  readonly read: ReadTileFile
  /** All of them are on disk when it resolves. */
  write(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Promise<void>
  /** Of a tile that has become full. */
  removePartials(tile: Tile): Promise<void>
}

const WRITTEN_AT_ONCE = 16

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

export function openTileFiles(folder: string): TileFiles {
  const known = new Set<string>()
  const makeFolder = async (path: string): Promise<void> => {
    if (known.has(path)) return
    const first = await mkdir(path, { recursive: true })
    // Each new folder is an entry of the one above it.
    if (first !== undefined) for (let at = path; at.length >= first.length; at = dirname(at)) syncFolder(dirname(at))
    if (known.size > 1000) known.clear()
    known.add(path)
  }
  const writeOne = async (path: string, bytes: Uint8Array): Promise<string> => {
    const target = join(folder, path)
    await makeFolder(dirname(target))
    const temporary = `${target}.new`
    const file = await open(temporary, 'w', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
    return dirname(target)
  }
  return {
    folder,
    async read(path) {
      if (parseTilePath(path) === undefined && !BESIDE_TILES.has(path)) return undefined
      try {
        return new Uint8Array(await readFile(join(folder, path)))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async write(files) {
      const folders = new Set<string>()
      for (let from = 0; from < files.length; from += WRITTEN_AT_ONCE) {
        for (const written of await Promise.all(files.slice(from, from + WRITTEN_AT_ONCE).map(({ path, bytes }) => writeOne(path, bytes)))) folders.add(written)
      }
      for (const one of folders) syncFolder(one)
    },
    async removePartials(tile) {
      const path = join(folder, `${tilePath({ ...tile, width: TILE_WIDTH })}.p`)
      known.delete(path)
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** Of a small file beside the tiles, or undefined. */
export function readIfThere(folder: string, name: string): Uint8Array | undefined {
  mkdirSync(folder, { recursive: true })
  try {
    return readFileSync(join(folder, name))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
