import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLmdb } from '../../platform/lmdb/open.js'
import { createYoungTails, type YoungTails } from './young-tails.js'

let path: string
beforeEach(() => { path = mkdtempSync(join(tmpdir(), 'cybermesh-young-')) })
afterEach(() => rmSync(path, { recursive: true, force: true }))

const tailsOf = (young: YoungTails, streams: readonly string[]): (string | undefined)[] => streams.map((stream) => young.find(stream)?.toString('latin1'))

/** One handle puts, a second reads now and then, a transaction may be aborted, and a sweep takes all out. */
type Step = { readonly kind: 'append'; readonly tails: readonly (readonly [number, string])[] } | { readonly kind: 'abort' | 'read' | 'sweep' | 'swap' }

test('two handles know what a map knows, over aborted transactions and sweeps, whoever of them writes', async () => {
  const root = openLmdb(path, { sync: false })
  const table = root.openDB<Buffer, number>('young', { encoding: 'binary' })
  const append = fc.record({ kind: fc.constant('append' as const), tails: fc.array(fc.tuple(fc.nat(30), fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 2000 })), { minLength: 1, maxLength: 40 }) })
  const step: fc.Arbitrary<Step> = fc.oneof({ weight: 2, arbitrary: append }, { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('abort' as const, 'read' as const, 'sweep' as const, 'swap' as const) }) })
  const streams = Array.from({ length: 31 }, (_, i) => `stream-${i}`)
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    table.clearSync()
    let [writer, reader] = [createYoungTails(table), createYoungTails(table)]
    const model = new Map<string, string>()
    let length = 0
    const expected = (): (string | undefined)[] => streams.map((stream) => model.get(stream))
    for (const one of steps) {
      if (one.kind === 'append') {
        root.transactionSync(() => {
          writer.catchUp(length)
          for (const [n, tail] of one.tails) writer.put(`stream-${n}`, Buffer.from(tail, 'latin1'), tail.length)
          writer.keep(length, length + one.tails.length)
        })
        for (const [n, tail] of one.tails) model.set(`stream-${n}`, tail)
        length += one.tails.length
      } else if (one.kind === 'abort') {
        writer.catchUp(length)
        writer.put('stream-0', Buffer.from('lost'), 4)
        writer.forget()
      } else if (one.kind === 'sweep') {
        const taken: (string | undefined)[] = []
        root.transactionSync(() => {
          writer.catchUp(length)
          const count = writer.count()
          taken.push(...tailsOf(writer, streams))
          writer.takeAll((_bytes, offsets) => expect(offsets).toHaveLength(count))
          // Whoever sweeps has something to append.
          writer.put('stream-1', Buffer.from('after'), 5)
          writer.keep(length, length + 1)
        })
        expect(taken).toEqual(expected())
        model.clear()
        model.set('stream-1', 'after')
        length += 1
      } else if (one.kind === 'swap') [writer, reader] = [reader, writer]
      root.resetReadTxn()
      if (one.kind === 'read') reader.catchUp(length)
      if (one.kind === 'read') expect(tailsOf(reader, streams)).toEqual(expected())
      writer.catchUp(length)
      expect(tailsOf(writer, streams)).toEqual(expected())
      expect(writer.count()).toBe(model.size)
      // Each record is written once.
      expect([...table.getRange()].reduce((sum, { value }) => sum + value.length, 0)).toBe(writer.bytes())
    }
  }), { numRuns: 200 })
  await root.close()
})
