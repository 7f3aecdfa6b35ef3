/** What every transport promises, as one suite: run it on each adapter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Consumer, OffsetMark, OutgoingRecord, Transport, TransportRecord } from '../transport/transport.js'
import { startChild, type ChildOpener } from './child-process.js'
import { CONTRACT_TOPICS } from './contract-topics.js'
import { until } from './until.js'

export type TransportHarness = {
  /** Opens the topics of contract-topics.ts, empty at first; the same ones again on each call. */
  open(): Promise<Transport>
  readonly childOpener: ChildOpener
  destroy(): Promise<void>
}

const { wide, narrow } = CONTRACT_TOPICS
const text = (value: Uint8Array): string => Buffer.from(value).toString()
const record = (topic: string, key: string, value: string): OutgoingRecord => ({ topic, key: Buffer.from(key), value: Buffer.from(value) })
const after = (batch: readonly TransportRecord[]): OffsetMark[] => batch.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1 }))

export async function takeRecords(consumer: Consumer, count: number, options: { readonly commit: boolean } = { commit: false }): Promise<TransportRecord[]> {
  return count === 0 ? [] : takeUntil(consumer, (taken) => taken.length >= count, options)
}

async function takeUntil(consumer: Consumer, isEnough: (taken: readonly TransportRecord[]) => boolean, options: { readonly commit: boolean } = { commit: false }): Promise<TransportRecord[]> {
  const taken: TransportRecord[] = []
  const deadline = AbortSignal.timeout(15_000)
  for await (const batch of consumer.batches(deadline)) {
    taken.push(...batch)
    if (options.commit) await consumer.commit(after(batch))
    if (isEnough(taken)) return taken
  }
  throw new Error(`only ${taken.length} records came before the deadline, not all that are due`)
}

export function describeTransport(name: string, create: () => Promise<TransportHarness>): void {
  describe(`${name} as a transport`, () => {
    let harness: TransportHarness
    let transport: Transport
    beforeEach(async () => {
      harness = await create()
      transport = await harness.open()
    })
    afterEach(async () => {
      await transport.close()
      await harness.destroy()
    })

    it('keeps the order within a partition and sends equal keys to one partition', async () => {
      const keys = ['alpha', 'beta', 'gamma', 'delta']
      for (let i = 0; i < 40; i++) await transport.send([record(wide, keys[i % 4] as string, String(i))])
      const taken = await takeRecords(await transport.consume({ topics: [wide], group: 'order' }), 40)
      for (const key of keys) {
        const mine = taken.filter((entry) => text(entry.key) === key)
        expect(new Set(mine.map((entry) => entry.partition)).size).toBe(1)
        expect(mine.map((entry) => Number(text(entry.value)))).toEqual([...mine.map((entry) => Number(text(entry.value)))].sort((a, b) => a - b))
      }
      for (const partition of [0, 1, 2]) {
        const offsets = taken.filter((entry) => entry.partition === partition).map((entry) => entry.offset)
        expect(offsets).toEqual(offsets.map((_, index) => index))
      }
    })

    it('returns where each record went, with its headers, key and time', async () => {
      const before = Date.now()
      const [mark] = await transport.send([{ ...record(wide, 'k', 'v'), partition: 2, headers: { version: '1', type: 'commit' } }])
      expect(mark).toEqual({ topic: wide, partition: 2, offset: 0 })
      const [taken] = await takeRecords(await transport.consume({ topics: [wide], group: 'headers' }), 1)
      expect(taken).toMatchObject({ topic: wide, partition: 2, offset: 0, headers: { version: '1', type: 'commit' } })
      expect([text(taken?.key ?? Buffer.of()), text(taken?.value ?? Buffer.of())]).toEqual(['k', 'v'])
      expect(taken?.timestampMs).toBeGreaterThanOrEqual(before - 1000)
      expect(await transport.endOffsets(wide)).toContainEqual({ topic: wide, partition: 2, offset: 1 })
    })

    it('gives every group all records, whatever other groups have committed', async () => {
      await transport.send(['1', '2', '3'].map((value) => record(narrow, 'k', value)))
      const first = await takeRecords(await transport.consume({ topics: [narrow], group: 'one' }), 3, { commit: true })
      const second = await takeRecords(await transport.consume({ topics: [narrow], group: 'two' }), 3)
      expect(second.map((entry) => text(entry.value))).toEqual(first.map((entry) => text(entry.value)))
      expect(await transport.committed('one', narrow)).toEqual([{ topic: narrow, partition: 0, offset: 3 }])
      expect(await transport.committed('two', narrow)).toEqual([{ topic: narrow, partition: 0, offset: 0 }])
    })

    it('resumes after the committed offset and redelivers what was not committed', async () => {
      await transport.send(Array.from({ length: 10 }, (_, i) => record(narrow, 'k', String(i))))
      const consumer = await transport.consume({ topics: [narrow], group: 'resume', maxBatch: 4 })
      const first = await takeRecords(consumer, 4)
      await consumer.commit([{ topic: narrow, partition: 0, offset: 3 }])
      await consumer.close()
      const next = await transport.consume({ topics: [narrow], group: 'resume' })
      expect(first.map((entry) => entry.offset)).toEqual([0, 1, 2, 3])
      expect((await takeRecords(next, 7)).map((entry) => entry.offset)).toEqual([3, 4, 5, 6, 7, 8, 9])
    })

    it('waits for records that come later', async () => {
      const consumer = await transport.consume({ topics: [wide], group: 'late' })
      const taken = takeRecords(consumer, 2)
      await transport.send([record(wide, 'a', 'first')])
      await transport.send([record(wide, 'b', 'second')])
      expect((await taken).map((entry) => text(entry.value)).sort()).toEqual(['first', 'second'])
    })

    it('ends its batches when the signal aborts', async () => {
      const consumer = await transport.consume({ topics: [wide], group: 'abort' })
      const abort = new AbortController()
      const seen: TransportRecord[] = []
      const reading = (async () => {
        for await (const batch of consumer.batches(abort.signal)) seen.push(...batch)
      })()
      abort.abort()
      await reading
      expect(seen).toEqual([])
    })

    it('reads on elsewhere while a partition is paused, and gives all of it when it is resumed', async () => {
      const held = { topic: wide, partition: 0 }
      const consumer = await transport.consume({ topics: [wide], group: 'held', maxBatch: 10 })
      consumer.pause([held])
      await transport.send(Array.from({ length: 40 }, (_, i) => ({ ...record(wide, 'k', String(i)), partition: i % 2 })))
      const seen: TransportRecord[] = []
      const values = (partition: number): number[] => seen.filter((entry) => entry.partition === partition).map((entry) => Number(text(entry.value)))
      for await (const batch of consumer.batches(AbortSignal.timeout(15_000))) {
        seen.push(...batch)
        if (values(1).length === 20) consumer.resume([held])
        else expect(values(0)).toEqual([])
        if (seen.length === 40) break
      }
      expect([values(0), values(1)]).toEqual([0, 1].map((first) => Array.from({ length: 20 }, (_, i) => first + 2 * i)))
    })

    it('carries a record of 1 MB and 100 bytes of message envelope unchanged', async () => {
      const value = Buffer.alloc(1024 * 1024 + 100, 7)
      await transport.send([{ topic: narrow, key: Buffer.from('big'), value }])
      const [taken] = await takeRecords(await transport.consume({ topics: [narrow], group: 'big' }), 1)
      expect(Buffer.compare(Buffer.from(taken?.value ?? Buffer.of()), value)).toBe(0)
    })

    it('hands out bounded batches, and a consumer that does not pull loses nothing', async () => {
      await transport.send(Array.from({ length: 200 }, (_, i) => record(narrow, 'k', String(i))))
      const consumer = await transport.consume({ topics: [narrow], group: 'slow', maxBatch: 10 })
      const batches = consumer.batches(AbortSignal.timeout(15_000))[Symbol.asyncIterator]()
      const values: string[] = []
      await transport.send(Array.from({ length: 50 }, (_, i) => record(narrow, 'k', String(200 + i))))
      while (values.length < 250) {
        const next = await batches.next()
        if (next.done === true) break
        expect(next.value.length).toBeLessThanOrEqual(10)
        values.push(...next.value.map((entry) => text(entry.value)))
      }
      await batches.return?.(undefined)
      expect(values).toEqual(Array.from({ length: 250 }, (_, i) => String(i)))
    })

    it('keeps records and offsets over a reopening', async () => {
      await transport.send(['a', 'b'].map((value) => record(narrow, 'k', value)))
      const consumer = await transport.consume({ topics: [narrow], group: 'reopen', maxBatch: 1 })
      await takeRecords(consumer, 1, { commit: true })
      await transport.close()
      transport = await harness.open()
      expect(await transport.endOffsets(narrow)).toEqual([{ topic: narrow, partition: 0, offset: 2 }])
      const [taken] = await takeRecords(await transport.consume({ topics: [narrow], group: 'reopen' }), 1)
      expect([taken?.offset, text(taken?.value ?? Buffer.of())]).toEqual([1, 'b'])
    })

    it('lets several processes write while another reads: nothing lost, no offset twice', async () => {
      const children = await Promise.all([0, 1000].map((first) => startChild({ ...harness.childOpener, role: 'produce', topic: narrow, first, count: 50 })))
      const taken = await takeRecords(await transport.consume({ topics: [narrow], group: 'processes' }), 100)
      await Promise.all(children.map((child) => child.exited))
      expect(taken.map((entry) => entry.offset)).toEqual(Array.from({ length: 100 }, (_, i) => i))
      const expected = [...Array.from({ length: 50 }, (_, i) => i), ...Array.from({ length: 50 }, (_, i) => 1000 + i)]
      expect(taken.map((entry) => Number(text(entry.value))).sort((a, b) => a - b)).toEqual(expected)
    })

    it('holds every acknowledged record of a producer killed with kill -9', async () => {
      const child = await startChild({ ...harness.childOpener, role: 'produce', topic: narrow })
      await until('the child has sent 20 records', () => child.numbers('acknowledged').length >= 20)
      await child.kill()
      const acknowledged = child.numbers('acknowledged')
      const [end] = await transport.endOffsets(narrow)
      expect(end?.offset).toBeGreaterThanOrEqual(acknowledged.length)
      const taken = await takeRecords(await transport.consume({ topics: [narrow], group: 'survivors' }), end?.offset ?? 0)
      expect(taken.map((entry) => Number(text(entry.value)))).toEqual(taken.map((_, i) => i))
      await transport.send([record(narrow, 'k', 'the next writer is not blocked')])
    })

    it('skips nothing for a group whose consumer was killed with kill -9', async () => {
      await transport.send(Array.from({ length: 300 }, (_, i) => record(narrow, 'k', String(i))))
      const child = await startChild({ ...harness.childOpener, role: 'consume', topic: narrow, group: 'killed' })
      await until('the child has read something', () => child.numbers('read').length > 0)
      await child.kill()
      // A commit that was on its way at the kill may be taken at any moment, so where the rest begins tells it, not a look before that.
      const rest = (await takeUntil(await transport.consume({ topics: [narrow], group: 'killed' }), (taken) => taken.at(-1)?.offset === 299)).map((entry) => Number(text(entry.value)))
      const committed = rest[0] as number
      // The last line may be lost in the pipe, never a whole batch before it.
      expect(committed).toBeLessThanOrEqual(child.numbers('read').length + 7)
      expect(rest).toEqual(Array.from({ length: 300 - committed }, (_, i) => committed + i))
    })
  })
}
