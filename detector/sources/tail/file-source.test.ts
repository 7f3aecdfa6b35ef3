import { appendFileSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { until } from '../../../ingest/testing/until.js'
import { ZEEK_HEADER, zeekOf, flowRows, type FlowRow } from '../../testing/flow-rows.js'
import type { Skipped } from '../records.js'
import type { FilePosition } from './file-position.js'
import { openFileSource } from './file-source.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-tail-'))
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })
let count = 0
const newPath = (): string => join(mkdtempSync(join(folder, `${count++}-`)), 'eve.json')

const BEGIN_MS = Date.UTC(2026, 0, 2)
/** The `number`th flow, which its source port names. */
const line = (number: number): string => `${JSON.stringify({
  event_type: 'flow', src_ip: '10.0.0.1', dest_ip: '10.0.0.2', src_port: number, dest_port: 80, proto: 'TCP',
  flow: { pkts_toserver: 1, pkts_toclient: 1, bytes_toserver: 60, bytes_toclient: 60, start: eveTimeOf(number), end: eveTimeOf(number) },
})}\n`
const eveTimeOf = (number: number): string => new Date(BEGIN_MS + number * 10).toISOString().replace('Z', '+0000')
const lines = (from: number, to: number): string => numbers(from, to).map(line).join('')
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_one, at) => from + at)

type Follower = { readonly seen: number[]; readonly skipped: Skipped[]; readonly warnings: string[]; position: FilePosition | undefined; has(count: number): Promise<void>; stop(): Promise<FilePosition | undefined> }

function follow(path: string, after?: FilePosition): Follower {
  const stopping = new AbortController()
  const follower: Follower = {
    seen: [], skipped: [], warnings: [], position: after,
    has: (wanted) => until(`${wanted} flows are read (there are ${follower.seen.length})`, () => follower.seen.length >= wanted),
    async stop() {
      stopping.abort()
      await running
      return follower.position
    },
  }
  const source = openFileSource({ path, holdMs: 0, pollMs: 5, onWarning: (sentence) => follower.warnings.push(sentence) })
  const running = (async () => {
    for await (const item of source.read(after, stopping.signal)) {
      if (item.kind === 'flow') follower.seen.push(item.sourcePort)
      else if (item.kind === 'skipped') follower.skipped.push(item)
      else if (item.kind === 'mark') follower.position = item.position
    }
  })()
  running.catch(() => undefined)
  return follower
}

/** File systems keep times no finer than the clock's ticks; rotations are hours apart. */
const writtenSecondsAgo = (path: string, seconds: number): void => utimesSync(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds)

describe('a file that is followed', () => {
  it('is read on in the renamed file until the writer leaves it, and then in the new one', async () => {
    const path = newPath()
    writeFileSync(path, lines(1, 10))
    const follower = follow(path)
    await follower.has(10)
    renameSync(path, `${path}.1`)
    appendFileSync(`${path}.1`, lines(11, 12))
    writeFileSync(path, '')
    appendFileSync(`${path}.1`, line(13).trimEnd())
    await follower.has(13)
    appendFileSync(path, lines(14, 20))
    await follower.has(20)
    await follower.stop()
    expect(follower.seen).toEqual(numbers(1, 20))
    expect([follower.skipped, follower.warnings]).toEqual([[], []])
  })

  it('is read from its beginning when it was copied and truncated', async () => {
    const path = newPath()
    writeFileSync(path, lines(1, 10))
    const follower = follow(path)
    await follower.has(10)
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    // Longer than it was: its size does not tell.
    appendFileSync(path, lines(11, 40))
    await follower.has(40)
    await follower.stop()
    expect(follower.seen).toEqual(numbers(1, 40))
    expect(follower.warnings).toEqual([])
  })

  it('keeps the beginning of a line until its end comes, and gives it once', async () => {
    const path = newPath()
    const third = line(3)
    writeFileSync(path, lines(1, 2) + third.slice(0, 40))
    const follower = follow(path)
    await follower.has(2)
    const position = await follower.stop()
    expect(position?.offset).toBe(lines(1, 2).length)
    const again = follow(path, position)
    appendFileSync(path, third.slice(40))
    await again.has(1)
    appendFileSync(path, line(4))
    await again.has(2)
    await again.stop()
    expect(again.seen).toEqual([3, 4])
    expect(again.skipped).toEqual([])
  })

  it('is waited for where it does not exist yet', async () => {
    const path = newPath()
    const follower = follow(path)
    await until('it is said', () => follower.warnings.length > 0)
    writeFileSync(path, lines(1, 3))
    await follower.has(3)
    await follower.stop()
    expect(follower.warnings).toEqual([expect.stringContaining('does not exist; waiting for it')])
  })
})

describe('a file that was rotated while nobody read it', () => {
  const readTen = async (path: string): Promise<FilePosition | undefined> => {
    writeFileSync(path, lines(1, 10))
    const follower = follow(path)
    await follower.has(10)
    return follower.stop()
  }

  it('is found by its inode after two rotations, and all that came after it is read in turn', async () => {
    const path = newPath()
    const position = await readTen(path)
    appendFileSync(path, lines(11, 12))
    writtenSecondsAgo(path, 7200)
    renameSync(path, `${path}.2`)
    writeFileSync(`${path}.1`, lines(13, 14))
    writtenSecondsAgo(`${path}.1`, 3600)
    writeFileSync(path, lines(15, 16))
    const again = follow(path, position)
    await again.has(6)
    await again.stop()
    expect(again.seen).toEqual(numbers(11, 16))
    expect(again.warnings).toEqual([])
  })

  it('is found by its bytes in the copy that was made before it was truncated, even where it grew beyond the place again', async () => {
    const path = newPath()
    const position = await readTen(path)
    appendFileSync(path, lines(11, 12))
    copyFileSync(path, `${path}-20260102`)
    writtenSecondsAgo(`${path}-20260102`, 60)
    truncateSync(path)
    appendFileSync(path, lines(13, 40))
    const again = follow(path, position)
    await again.has(30)
    await again.stop()
    expect(again.seen).toEqual(numbers(11, 40))
    expect(again.warnings).toEqual([])
  })

  it('and is gone is counted and said, and the file that is there now is read whole', async () => {
    const path = newPath()
    const position = await readTen(path)
    truncateSync(path)
    appendFileSync(path, lines(13, 40))
    // Compressed, it has none of the bytes that could tell it.
    writeFileSync(`${path}.1.gz`, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))
    const again = follow(path, position)
    await again.has(28)
    await again.stop()
    expect(again.seen).toEqual(numbers(13, 40))
    expect(again.skipped).toEqual([{ kind: 'skipped', reason: 'file-gone', where: path }])
    expect(again.warnings).toEqual([expect.stringContaining('keep rotated files uncompressed')])
    expect(existsSync(`${path}.1.gz`)).toBe(true)
  })
})

describe("a conn.log that is read on in", () => {
  it('is read under the header that its next line is under', async () => {
    const path = newPath()
    const rows = flowRows(1).slice(0, 4)
    const rest = rows.map(zeekOf)
    // The second header has its columns the other way around.
    const turned = ZEEK_HEADER.split('\n').map((one) => one.startsWith('#fields') ? ['#fields', ...one.split('\t').slice(1).reverse()].join('\t') : one).join('\n')
    writeFileSync(path, `${ZEEK_HEADER}\n${rest[0]}\n${turned}\n${rest[1]?.split('\t').reverse().join('\t')}\n`)
    const follower = follow(path)
    await follower.has(2)
    const position = await follower.stop()
    expect(position?.headerAt).toBe(`${ZEEK_HEADER}\n${rest[0]}\n`.length)
    appendFileSync(path, `${rest[2]?.split('\t').reverse().join('\t')}\n`)
    const again = follow(path, position)
    await again.has(1)
    await again.stop()
    expect([...follower.seen, ...again.seen]).toEqual(rows.slice(0, 3).map((row: FlowRow) => row.sourcePort))
    expect(again.skipped).toEqual([])
  })
})
