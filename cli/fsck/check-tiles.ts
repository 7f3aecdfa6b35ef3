/**
 * Is every byte of every tile and bundle what the log gives, and is the root over it the one that was signed? An entry
 * has three witnesses, the log, its bundle and its tile: where one differs from the other two, that one is named.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditEntryOf } from '../../audit/tree/entry.js'
import type { SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { encodeBundle, encodeHashTile, HASH_BYTES, newTiles } from '../../audit/tiles/tiles.js'
import { parseTilePath, TILE_WIDTH, tilePath, type Tile } from '../../audit/tiles/tile-path.js'
import { appendLeafHash, emptyTree, rootOf, type TreeFrontier } from '../../audit/tree/tree.js'
import { bytesToHex } from '../../domain/bytes.js'
import { leafHash, rootOfLeafHashes } from '../../domain/merkle.js'
import type { LogEntry } from '../../eventlog/entries.js'
import { differ, sameBytes } from './difference.js'

export type TileCheck = {
  /** The next entries: 256 a call, fewer only at the end of the log. */
  visit(entries: readonly LogEntry[]): void
  /** @returns how many files were compared */
  finish(): number
}

export function checkTiles(folder: string, checkpoint: SignedCheckpoint | undefined): TileCheck {
  const files = listTiles(folder)
  const keyOf = (tile: Tile): string => `${tile.kind === 'entries' ? 'entries' : tile.level}/${tile.index}`
  const byKey = new Map<string, Tile[]>()
  for (const tile of files) byKey.set(keyOf(tile), [...byKey.get(keyOf(tile)) ?? [], tile])
  /** Hashes of the tile of each level that is not full yet, and its index. */
  const levels: { hashes: Uint8Array[]; index: bigint }[] = []
  let tree: TreeFrontier = emptyTree
  let compared = 0

  const read = (tile: Tile): Uint8Array => new Uint8Array(readFileSync(join(folder, tilePath(tile))))
  const compare = (key: string, available: number, expectedOf: (width: number) => Uint8Array, blame: (tile: Tile, found: Uint8Array) => void = () => undefined): void => {
    for (const tile of byKey.get(key) ?? []) {
      const found = read(tile)
      if (tile.width > available) differ(`audit/${tilePath(tile)}`, `${available} entries, where the log ends`, `a tile of ${tile.width}`)
      if (Buffer.compare(found, expectedOf(tile.width)) !== 0) blame(tile, found)
      sameBytes(`audit/${tilePath(tile)}`, expectedOf(tile.width), found)
      compared += 1
    }
    byKey.delete(key)
  }
  const closeTile = (level: number, hashes: readonly Uint8Array[], index: bigint): void =>
    compare(`${level}/${index}`, hashes.length, (width) => encodeHashTile(hashes.slice(0, width)))
  const push = (level: number, hash: Uint8Array): void => {
    const at = levels[level] ??= { hashes: [], index: 0n }
    at.hashes.push(hash)
    if (at.hashes.length < TILE_WIDTH) return
    closeTile(level, at.hashes, at.index)
    const root = rootOfLeafHashes(at.hashes)
    levels[level] = { hashes: [], index: at.index + 1n }
    push(level + 1, root)
  }

  return {
    visit(entries) {
      const [first] = entries
      if (first === undefined) return
      const encoded = entries.map(({ position, bytes }) => auditEntryOf(position, bytes))
      const index = BigInt(first.position) / BigInt(TILE_WIDTH)
      const tile = (byKey.get(`0/${index}`) ?? []).map((one) => ({ width: one.width, bytes: read(one) })).sort((a, b) => b.width - a.width)[0]
      const hashInTile = (i: number): string | undefined => (tile === undefined || i >= tile.width ? undefined : bytesToHex(tile.bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)))
      compare(`entries/${index}`, entries.length, (width) => encodeBundle(encoded.slice(0, width)), (bundle, found) => {
        // Bundle and tile agree on another entry than the log has: it is the log that was changed.
        const i = firstDifference(encoded, found, bundle.width)
        const theirs = entryAt(found, i)
        if (theirs !== undefined && hashInTile(i) === bytesToHex(leafHash(theirs))) differ(`event log, position ${first.position + i}`, Buffer.from(theirs).toString('utf8'), Buffer.from(encoded[i] as Uint8Array).toString('utf8'))
      })
      for (const entry of encoded) {
        const hash = leafHash(entry)
        push(0, hash)
        tree = appendLeafHash(tree, hash)
        if (checkpoint !== undefined && BigInt(tree.size) === checkpoint.size) checkRoot(tree, checkpoint)
      }
    },
    finish() {
      levels.forEach(({ hashes, index }, level) => { if (hashes.length > 0) closeTile(level, hashes, index) })
      if (checkpoint !== undefined) {
        if (BigInt(tree.size) < checkpoint.size) differ('event log', `${checkpoint.size} entries, as audit/checkpoint says`, `${tree.size} entries`)
        requireTiles(files, checkpoint.size)
      }
      const [extra] = [...byKey.values()].flat()
      if (extra !== undefined) differ(`audit/${tilePath(extra)}`, `no such tile: the log has ${tree.size} entries`, 'the file')
      return compared
    },
  }
}

function checkRoot(tree: TreeFrontier, { size, root }: SignedCheckpoint): void {
  const found = bytesToHex(rootOf(tree))
  if (found !== bytesToHex(root)) differ(`event log, positions 0 to ${size - 1n}`, `the root ${bytesToHex(root)} that audit/checkpoint signs`, `the root ${found}`)
}

/** What a tree of this size has to have; a partial tile may be gone once it is full. */
function requireTiles(files: readonly Tile[], size: bigint): void {
  const there = new Set(files.map(tilePath))
  for (const tile of newTiles(0n, size)) {
    const needed: Tile[] = tile.level === 0 ? [tile, { kind: 'entries', index: tile.index, width: tile.width }] : [tile]
    for (const one of needed) if (!there.has(tilePath(one)) && !there.has(tilePath({ ...one, width: TILE_WIDTH }))) differ(`audit/${tilePath(one)}`, 'a file', 'none')
  }
}

function listTiles(folder: string): Tile[] {
  const root = join(folder, 'tile')
  if (!existsSync(root)) return []
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1)
    // Half written when the recorder was killed; it writes it again.
    if (path.endsWith('.new')) return []
    return [parseTilePath(path) ?? differ(`audit/${path}`, 'tiles and bundles alone', 'a file that is neither')]
  })
}

/** The entry in a bundle after `index` others; undefined where its lengths lead beyond its end. */
function entryAt(bundle: Uint8Array, index: number): Uint8Array | undefined {
  let at = 0
  for (let i = 0; at + 2 <= bundle.length; i++) {
    const length = ((bundle[at] as number) << 8) | (bundle[at + 1] as number)
    if (i === index) return at + 2 + length <= bundle.length ? bundle.slice(at + 2, at + 2 + length) : undefined
    at += 2 + length
  }
  return undefined
}

function firstDifference(encoded: readonly Uint8Array[], bundle: Uint8Array, width: number): number {
  for (let i = 0; i < width; i++) {
    const found = entryAt(bundle, i)
    if (found === undefined || Buffer.compare(found, encoded[i] as Uint8Array) !== 0) return i
  }
  return 0
}
