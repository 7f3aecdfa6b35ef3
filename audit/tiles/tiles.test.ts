import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proveInclusion, verifyInclusion } from '../tree/inclusion.js'
import { readBundle, readHashTile, subtreesFromTiles } from './read-tiles.js'
import { readRoot } from '../tree/subtrees.js'
import { leafTree } from '../tree/testing/leaf-tree.js'
import { parseTilePath, tilePath, tileWidth, type HashTile, type Tile } from './tile-path.js'
import { decodeBundle, decodeHashTile, encodeBundle, encodeEntry, encodeHashTile, newTiles } from './tiles.js'

const tiles: fc.Arbitrary<Tile> = fc.oneof(
  fc.record({ kind: fc.constant('hashes' as const), level: fc.nat(63), index: fc.bigInt(0n, 10n ** 19n), width: fc.integer({ min: 1, max: 256 }) }),
  fc.record({ kind: fc.constant('entries' as const), index: fc.bigInt(0n, 10n ** 19n), width: fc.integer({ min: 1, max: 256 }) }),
)

describe('paths of tiles', () => {
  test.each<[string, Tile]>([
    ['tile/0/x001/x234/067', { kind: 'hashes', level: 0, index: 1234067n, width: 256 }],
    ['tile/0/273.p/112', { kind: 'hashes', level: 0, index: 273n, width: 112 }],
    ['tile/2/000.p/1', { kind: 'hashes', level: 2, index: 0n, width: 1 }],
    ['tile/63/999', { kind: 'hashes', level: 63, index: 999n, width: 256 }],
    ['tile/entries/x001/000.p/255', { kind: 'entries', index: 1000n, width: 255 }],
  ])('%s', (path, tile) => {
    expect(tilePath(tile)).toBe(path)
    expect(parseTilePath(path)).toEqual(tile)
  })

  test('are read back as they were written', () => {
    fc.assert(fc.property(tiles, (tile) => {
      expect(parseTilePath(tilePath(tile))).toEqual(tile)
    }))
  })

  test.each([
    '', 'tile', 'tile/', 'tile/0', 'tile/0/', 'tile/0/0', 'tile/0/00', 'tile/0/0000', 'tile/00/000', 'tile/64/000', 'tile/-1/000', 'tile/data/000', 'tile/entries', 'tile/entries/',
    'tile/0/000.p', 'tile/0/000.p/', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/0/000.p/1/', 'tile/0/000.p/1000', 'tile/0/000/', 'tile/0/x000/000', 'tile/0/x000/001', 'tile/0/001/000',
    'tile/0/x001', 'tile/0/x1/000', '/tile/0/000', 'tile/0/000\n', 'tile//000', 'tile/0/../000', 'tile/0/../../checkpoint', 'tile/0/%30%30%30', 'tile/0/x001\\000', 'TILE/0/000', 'tile/0/٠٠٠',
    `tile/0/${'x001/'.repeat(7)}000`,
  ])('are nothing else: %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined()
  })

  test('never lead out of the folder, whatever is asked for', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^tile\/[0-9ex./p%\\]{0,24}$/)), (path) => {
      const tile = parseTilePath(path)
      if (tile !== undefined) expect(path.includes('..')).toBe(false)
    }))
  })
})

describe('tiles of a tree', () => {
  const widths = (size: bigint, level: number) => [...newTiles(0n, size)].filter((tile) => tile.level === level).map(({ width }) => width)

  test('of 70,000 leaves are those that the specification names', () => {
    expect(widths(70_000n, 0)).toEqual([...Array.from({ length: 273 }, () => 256), 112])
    expect(widths(70_000n, 1)).toEqual([256, 17])
    expect(widths(70_000n, 2)).toEqual([1])
    expect([...newTiles(0n, 256n)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect([tileWidth(0, 273n, 70_000n), tileWidth(0, 274n, 70_000n), tileWidth(1, 0n, 70_000n)]).toEqual([112, 0, 256])
  })

  // Table of golang.org/x/mod/sumdb/tlog for tiles of ten levels.
  test.each([[1n, 1n, 0], [100n, 101n, 1], [1023n, 1025n, 3], [1024n, 1030n, 1], [1030n, 2000n, 1], [1030n, 10000n, 10], [49516517n, 49516586n, 3]])('new from %d to %d leaves are %d', (from, to, count) => {
    expect([...newTiles(from, to, 10)]).toHaveLength(count)
  })

  test('give every proof, also where partial tiles were replaced by full ones', async () => {
    const tree = leafTree(Array.from({ length: 700 }, (_, i) => Uint8Array.of(i & 255, i >> 8)))
    const files = new Map<string, Uint8Array>()
    for (const tile of newTiles(0n, 700n)) {
      const wanted = Array.from({ length: tile.width }, (_, i) => ({ level: 8 * tile.level, index: tile.index * 256n + BigInt(i) }))
      files.set(tilePath(tile), encodeHashTile(await tree.read(wanted)))
    }
    const read = async (path: string) => files.get(path)
    // Trees of fewer leaves than a full tile find that one in place of their partial.
    for (const size of [1n, 100n, 255n, 700n]) {
      for (const index of [0n, size / 2n, size - 1n]) {
        const proof = await proveInclusion(index, size, subtreesFromTiles(size, read))
        expect(verifyInclusion({ leaf: tree.leaves[Number(index)] as Uint8Array, index, size, root: tree.root(Number(size)), proof })).toEqual({ ok: true })
      }
    }
    expect(await readRoot(700n, subtreesFromTiles(700n, read))).toEqual(tree.root(700))
    await expect(readRoot(701n, subtreesFromTiles(701n, read))).rejects.toMatchObject({ code: 'AUDIT_FORMAT', field: 'tile/0/002.p/189' })
  })

  test('have the length that their path says', async () => {
    const tile: HashTile = { kind: 'hashes', level: 0, index: 0n, width: 3 }
    expect(() => decodeHashTile(new Uint8Array(95), tile)).toThrow(/not 3 hashes/)
    const full = new Uint8Array(8192).fill(7)
    const wide = async (path: string) => (path === 'tile/0/000' ? full : undefined)
    expect(await readHashTile(tile, wide)).toEqual([full.slice(0, 32), full.slice(0, 32), full.slice(0, 32)])
  })
})

describe('entry bundles', () => {
  const bundle = { kind: 'entries' as const, index: 0n, width: 3 }

  test('are read back as they were written', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 }), (entries) => {
      expect(decodeBundle(encodeBundle(entries), { ...bundle, width: entries.length })).toEqual(entries)
    }))
    expect(encodeEntry(new Uint8Array(65_535)).length).toBe(65_537)
    expect(() => encodeEntry(new Uint8Array(65_536))).toThrow(RangeError)
  })

  test('that are cut, longer or of another number are refused', async () => {
    const bytes = encodeBundle([Uint8Array.of(1), new Uint8Array(300), Uint8Array.of()])
    for (const wrong of [bytes.slice(0, -1), new Uint8Array([...bytes, 0]), new Uint8Array([...bytes, 0, 0]), bytes.slice(0, -2), new Uint8Array(0)]) {
      expect(() => decodeBundle(wrong, bundle)).toThrow(/tile\/entries\/000.p\/3/)
    }
    const full = encodeBundle(Array.from({ length: 256 }, (_, i) => Uint8Array.of(i)))
    expect(await readBundle(bundle, async (path) => (path === 'tile/entries/000' ? full : undefined))).toEqual([Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(2)])
  })
})
