/** Reads: in order, from a place, up to a limit, either way, as numbered bytes too. */
import { expect } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import { entriesOf } from '../../entries.js'
import type { EventLog, RecordedEvent } from '../../log.js'
import { decodeRecord, recordBytes } from '../../record.js'
import { appendOf, noteEvent } from '../events.js'
import { casesOf, collect, names, namesTo } from './case.js'

async function fill(log: EventLog): Promise<void> {
  for (let i = 0; i < 10; i += 2) await log.append([appendOf('even', 'any', i), appendOf('odd', 'any', i + 1)])
}

export const readingCases = [
  ...casesOf('read-order', {
    'all events come in order': async ({ log }) => {
      await fill(log)
      expect(names(await collect(log.readAll()))).toEqual(namesTo(10))
    },
    'from a position, up to a limit, from beyond the end': async ({ log }) => {
      await fill(log)
      expect(names(await collect(log.readAll({ from: 7 })))).toEqual(['7', '8', '9'])
      expect(names(await collect(log.readAll({ from: 3, limit: 2 })))).toEqual(['3', '4'])
      expect(names(await collect(log.readAll({ from: 10 })))).toEqual([])
      expect(names(await collect(log.readAll({ from: 1000 })))).toEqual([])
      expect(names(await collect(log.readAll({ limit: 0 })))).toEqual([])
    },
    'backwards, from a position, from beyond the end': async ({ log }) => {
      await fill(log)
      expect(names(await collect(log.readAll({ backwards: true })))).toEqual(namesTo(10).reverse())
      expect(names(await collect(log.readAll({ backwards: true, limit: 3 })))).toEqual(['9', '8', '7'])
      expect(names(await collect(log.readAll({ backwards: true, from: 2 })))).toEqual(['2', '1', '0'])
      expect(names(await collect(log.readAll({ backwards: true, from: 1000, limit: 1 })))).toEqual(['9'])
    },
    'more than one page, both ways': async ({ log }) => {
      await log.append([appendOf('a', 'any', ...namesTo(1300))])
      expect(names(await collect(log.readAll()))).toEqual(namesTo(1300))
      expect(names(await collect(log.readAll({ backwards: true })))).toEqual(namesTo(1300).reverse())
      expect(names(await collect(log.readAll({ from: 600, limit: 600 })))).toEqual(namesTo(600, 600))
    },
    'stops where the consumer stops': async ({ log }) => {
      await fill(log)
      const seen: RecordedEvent[] = []
      for await (const event of log.readAll()) {
        seen.push(event)
        if (seen.length === 2) break
      }
      expect(names(seen)).toEqual(['0', '1'])
      expect(await log.length()).toBe(10)
    },
  }),
  ...casesOf('stream-order', {
    'one stream comes in order, from a revision, up to a limit': async ({ log }) => {
      await fill(log)
      expect(names(await collect(log.readStream('odd')))).toEqual(['1', '3', '5', '7', '9'])
      expect((await collect(log.readStream('odd'))).map(({ revision, position }) => [revision, position])).toEqual([[0, 1], [1, 3], [2, 5], [3, 7], [4, 9]])
      expect(names(await collect(log.readStream('odd', { from: 3 })))).toEqual(['7', '9'])
      expect(names(await collect(log.readStream('odd', { from: 1, limit: 2 })))).toEqual(['3', '5'])
      expect(names(await collect(log.readStream('odd', { from: 5 })))).toEqual([])
    },
    'one stream comes backwards': async ({ log }) => {
      await fill(log)
      expect(names(await collect(log.readStream('even', { backwards: true })))).toEqual(['8', '6', '4', '2', '0'])
      expect(names(await collect(log.readStream('even', { backwards: true, limit: 2 })))).toEqual(['8', '6'])
      expect(names(await collect(log.readStream('even', { backwards: true, from: 1 })))).toEqual(['2', '0'])
      expect(names(await collect(log.readStream('even', { backwards: true, from: 99, limit: 1 })))).toEqual(['8'])
    },
    'a long stream among others comes whole': async ({ log }) => {
      await log.append(Array.from({ length: 700 }, (_, i) => [appendOf('long', 'any', i), appendOf(`other-${i % 3}`, 'any', `o${i}`)]).flat())
      expect(names(await collect(log.readStream('long')))).toEqual(namesTo(700))
      expect(names(await collect(log.readStream('long', { backwards: true })))).toEqual(namesTo(700).reverse())
      expect(await log.lastRevision('long')).toBe(699)
    },
    'an event is in its stream as soon as its append resolves, for every handle': async ({ log, openAnother }) => {
      const reader = await openAnother()
      for (let i = 0; i < 5; i++) {
        await log.append([appendOf('a', 'any', i), appendOf(`b-${i}`, 'none', `b${i}`)])
        expect(names(await collect(reader.readStream('a')))).toEqual(namesTo(i + 1))
        expect(await reader.lastRevision(`b-${i}`)).toBe(0)
      }
    },
  }),
  ...casesOf('entries', {
    'entries are the canonical bytes of the events': async ({ log }) => {
      await fill(log)
      const entries = await entriesOf(log).readEntries({ from: asPosition(4), limit: 3 })
      expect(entries.map(({ position }) => position)).toEqual([4, 5, 6])
      for (const { bytes } of entries) expect(Buffer.from(recordBytes(decodeRecord(bytes))).equals(bytes)).toBe(true)
      expect(names(entries.map(({ bytes }) => decodeRecord(bytes)))).toEqual(['4', '5', '6'])
    },
    'entries stop at a size, but never before the first': async ({ log }) => {
      await log.append([{ stream: 'a', expected: 'any', events: [1, 2, 3, 4].map((n) => noteEvent(n, 'x'.repeat(10_000))) }])
      expect(await entriesOf(log).readEntries({ from: asPosition(0), limit: 10, maxBytes: 1 })).toHaveLength(1)
      expect((await entriesOf(log).readEntries({ from: asPosition(0), limit: 10, maxBytes: 15_000 })).length).toBeLessThanOrEqual(2)
    },
    'a wait for growth ends when the log grows, and when it is given up': async ({ log }) => {
      const entries = entriesOf(log)
      const abort = new AbortController()
      const grown = entries.waitForGrowth(0, abort.signal)
      await log.append([appendOf('a', 'any', 1)])
      expect(await grown).toBe(1)
      const given = entries.waitForGrowth(5, abort.signal)
      abort.abort()
      expect(await given).toBeLessThanOrEqual(5)
    },
  }),
]
