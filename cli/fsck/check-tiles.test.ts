import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { openTreeWriter } from '../../audit/publisher/tree-writer.js'
import { canonicalJsonBytes } from '../../domain/canonical-json.js'
import { asPosition } from '../../domain/ids.js'
import type { LogEntry } from '../../eventlog/entries.js'
import { checkTiles } from './check-tiles.js'
import { FoundDifference, type Difference } from './difference.js'

/** Two full bundles and a third one, so that the level above has a tile of its own. */
const SIZE = 700
const entries: readonly LogEntry[] = Array.from({ length: SIZE }, (_, i) => ({
  position: asPosition(i), bytes: canonicalJsonBytes({ data: { n: i }, id: `id-${i}`, position: String(i), revision: String(i), stream: 'operator', type: 'OperatorActionRecorded', version: 1 }),
}))

let root: string
let folder: string
let signed: SignedCheckpoint
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cybermesh-tiles-'))
  folder = join(root, 'audit')
  const writer = await openTreeWriter(folder)
  const source = { readEntries: ({ from, limit }: { from: number; limit: number }) => Promise.resolve(entries.slice(from, from + limit)), waitForGrowth: () => Promise.resolve(SIZE), length: () => Promise.resolve(SIZE) }
  while (await writer.advance(source)) { /* until all of it is there */ }
  signed = { origin: 'test', size: BigInt(SIZE), root: writer.root(), extensions: [], bytes: new Uint8Array(0), cosigners: [] }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The difference, or how many files were compared. */
function check(log: readonly LogEntry[] = entries, checkpoint: SignedCheckpoint | undefined = signed): Difference | number {
  try {
    const tiles = checkTiles(folder, checkpoint)
    for (let from = 0; from < log.length; from += 256) tiles.visit(log.slice(from, from + 256))
    return tiles.finish()
  } catch (error) {
    if (error instanceof FoundDifference) return error.difference
    throw error
  }
}

/** All files while `work` lasts are a copy that may be changed. */
function onCopy(work: () => void): void {
  const original = folder
  folder = mkdtempSync(join(root, 'copy-'))
  cpSync(original, folder, { recursive: true })
  try {
    work()
  } finally {
    rmSync(folder, { recursive: true })
    folder = original
  }
}

const files = (): string[] => readdirSync(join(folder, 'tile'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

test('tiles and bundles of every level are what the log gives', () => {
  expect(files().sort()).toEqual(['tile/0/000', 'tile/0/001', 'tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/188'])
  expect(check()).toBe(7)
  expect(check(entries, undefined)).toBe(7)
})

test('one bit anywhere in any of them is found, and the file is named', () => {
  for (const file of files()) {
    const bytes = readFileSync(join(folder, file))
    for (const at of [0, 1, 33, Math.floor(bytes.length / 2), bytes.length - 1]) {
      onCopy(() => {
        const changed = Buffer.from(bytes)
        changed[at]! ^= 0x10
        writeFileSync(join(folder, file), changed)
        expect(check()).toMatchObject({ where: `audit/${file}` })
      })
    }
  }
})

test('one bit of an entry of the log is found, and the entry is named, not the files that have it right', () => {
  for (const at of [0, 255, 256, 511, 512, 699]) {
    const changed = entries.map((entry, i) => (i === at ? { ...entry, bytes: entry.bytes.map((byte, j) => (j === 12 ? byte ^ 1 : byte)) } : entry))
    expect(check(changed)).toMatchObject({ where: `event log, position ${at}` })
  }
})

test('a file that is missing, one too many, a log that ends early and a root that was not signed are found', () => {
  for (const file of files()) onCopy(() => {
    rmSync(join(folder, file))
    expect(check()).toMatchObject({ where: `audit/${file}`, found: 'none' })
  })
  for (const [file, where] of [['tile/0/003.p/1', /0\/003\.p\/1/], ['tile/2/000.p/1', /2\/000\.p\/1/], ['tile/entries/notes.txt', /notes/]] as const) onCopy(() => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), new Uint8Array(32))
    expect(check()).toMatchObject({ where: expect.stringMatching(where) as string })
  })
  expect(check(entries.slice(0, 600))).toMatchObject({ where: expect.stringMatching(/002\.p\/188/) as string })
  onCopy(() => {
    rmSync(join(folder, 'tile'), { recursive: true })
    expect(check(entries.slice(0, 600))).toMatchObject({ where: 'event log', found: '600 entries' })
  })
  expect(check(entries, { ...signed, root: new Uint8Array(32) })).toMatchObject({ where: 'event log, positions 0 to 699' })
  // More of the log than was published yet.
  expect(check([...entries, { position: asPosition(SIZE), bytes: entries[0]!.bytes }])).toBe(7)
})
