/** Ids and tails in hash tables on disk know what a map knows, however they came, while the tables grow from one bucket to many. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { RootDatabase } from 'lmdb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLmdb } from '../../../platform/lmdb/open.js'
import { ID_BYTES } from '../../id-bytes.js'
import { readState, type BucketTable } from './bucket-table.js'
import { addIds, findInBuckets } from './id-buckets.js'
import { bucketOf, forEachBucket, parentOf } from './linear-hashing.js'
import { addTails, TAIL_HEADER_BYTES, tailFinder } from './tail-buckets.js'

let path: string
let root: RootDatabase<unknown, string>
let table: BucketTable
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'cybermesh-buckets-'))
  root = openLmdb(path, { sync: false })
  table = root.openDB<Buffer, number>('buckets', { encoding: 'binary' })
})
afterEach(async () => {
  await root.close()
  rmSync(path, { recursive: true, force: true })
})

describe('linear hashing', () => {
  test('with one bucket more, a hash stays where it was or comes from the parent into the new one', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 29 }), (hash, buckets) => {
      const [before, after] = [bucketOf(hash, buckets), bucketOf(hash, buckets + 1)]
      expect(before).toBeLessThan(buckets)
      if (after !== before) expect([after, before]).toEqual([buckets, parentOf(buckets)])
    }), { numRuns: 2000 })
  })

  test('every hash is visited once, in the bucket that it belongs to, and buckets come in order', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (hashes, buckets) => {
      const visited: number[] = []
      let last = -1
      forEachBucket(Int32Array.from(hashes), buckets, (bucket, indexes) => {
        expect(bucket).toBeGreaterThan(last)
        last = bucket
        for (const index of indexes) expect(bucketOf(hashes[index] as number, buckets)).toBe(bucket)
        visited.push(...indexes)
      })
      expect(visited.sort((a, b) => a - b)).toEqual(hashes.map((_, i) => i))
    }))
  })
})

const idOf = (n: number): Buffer => createHash('sha1').update(`${n}`).digest().subarray(0, ID_BYTES)
const wordsOf = (ns: readonly number[]): Int32Array => new Int32Array(Uint8Array.from(Buffer.concat(ns.map(idOf))).buffer)

describe('ids in buckets', () => {
  const known = (ns: readonly number[]): ReadonlyMap<number, number> => {
    const found = new Map<number, number>()
    findInBuckets(table, wordsOf(ns), (index, position) => found.set(ns[index] as number, position))
    return found
  }

  test('are found with their positions after each sweep, and no others', () => {
    const sizes = [1, 40, 500, 3, 5000, 1, 20_000]
    let next = 0
    for (const size of sizes) {
      const ns = Array.from({ length: size }, (_, i) => next + i)
      root.transactionSync(() => addIds(table, wordsOf(ns), (index) => 7 * (ns[index] as number)))
      next += size
      const all = Array.from({ length: next }, (_, i) => i)
      expect(known(all)).toEqual(new Map(all.map((n) => [n, 7 * n])))
      expect(known(Array.from({ length: 500 }, (_, i) => 1_000_000 + i)).size).toBe(0)
    }
    expect(readState(table)?.buckets).toBeGreaterThan(250)
  })

  test('fill pages and not more than pages: no bucket is far from the others', () => {
    const ns = Array.from({ length: 30_000 }, (_, i) => i)
    root.transactionSync(() => addIds(table, wordsOf(ns), (index) => index))
    const sizes = [...table.getRange({ start: 0 })].map(({ value }) => value.length)
    expect(Math.max(...sizes)).toBeLessThan(2 * 4096)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(readState(table)?.bytes)
  })

  test('that were chosen to look alike are spread all the same', () => {
    const alike = new Int32Array(4 * 20_000)
    for (let i = 0; i < 20_000; i++) alike[4 * i + (i % 4)] = i << 12
    root.transactionSync(() => addIds(table, alike, (index) => index))
    expect(Math.max(...[...table.getRange({ start: 0 })].map(({ value }) => value.length))).toBeLessThan(3 * 4096)
  })
})

describe('tails in buckets', () => {
  function put(tails: readonly (readonly [string, string])[]): void {
    const offsets: number[] = []
    const records = tails.map(([name, tail]) => {
      const bytes = Buffer.alloc(TAIL_HEADER_BYTES + Buffer.byteLength(name) + tail.length)
      bytes.writeUInt8(Buffer.byteLength(name), 0)
      bytes.writeUInt16LE(tail.length, 1)
      bytes.write(name + tail, TAIL_HEADER_BYTES)
      return bytes
    })
    records.reduce((at, record) => {
      offsets.push(at)
      return at + record.length
    }, 0)
    root.transactionSync(() => addTails(table, Buffer.concat(records), offsets))
  }

  test('are those that were put last, whatever came between', () => {
    const name = fc.oneof(fc.nat(400).map((n) => `anomaly-${n}`), fc.string({ minLength: 1, maxLength: 60 }), fc.constantFrom('a', 'a\0', 'ä', 'x'.repeat(255)))
    const sweep = fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 400 })), { selector: ([one]) => one, maxLength: 120 })
    fc.assert(fc.property(fc.array(sweep, { maxLength: 8 }), (sweeps) => {
      table.clearSync()
      const model = new Map<string, string>()
      for (const tails of sweeps) {
        if (tails.length > 0) put(tails)
        for (const [stream, tail] of tails) model.set(stream, tail)
        const find = tailFinder(table)
        for (const [stream, tail] of model) expect(find(stream)?.toString('latin1')).toBe(tail)
        for (const stream of ['nobody', 'anomaly-', 'x'.repeat(254), 'x'.repeat(256)]) if (!model.has(stream)) expect(find(stream)).toBeUndefined()
      }
      const bytes = [...table.getRange({ start: 0 })].reduce((sum, { value }) => sum + value.length, 0)
      expect(readState(table)?.bytes ?? 0).toBe(bytes)
    }), { numRuns: 60 })
  })
})
