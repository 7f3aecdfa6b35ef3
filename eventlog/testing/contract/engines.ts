/** What depends on the engine below: payloads as they were, broken connections, several writers, closing, limits. */
import { expect } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import type { EventLog } from '../../log.js'
import { appendOf, expiredEvent, noteEvent, testId } from '../events.js'
import { casesOf, collect, deadline, names, namesTo, take } from './case.js'

const noteOf = async (log: EventLog, position: number): Promise<string | undefined> => {
  for await (const { event } of log.readAll({ from: position, limit: 1 })) if (event.type === 'OperatorActionRecorded') return event.data.fields['note']
  return undefined
}

export const engineCases = [
  ...casesOf('payload', {
    'of 256 KB come back as they were, several in one append': async ({ log }) => {
      const note = Array.from({ length: 16 * 1024 }, (_, i) => `${i}`.padStart(16, '.')).join('')
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, note), noteEvent(2, note), noteEvent(3, note)] }])
      for (const position of [0, 1, 2]) expect(await noteOf(log, position)).toBe(note)
      expect((await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(2, note)] }])).kind).toBe('already-there')
    },
    'of 2 MB come back as they were': async ({ log }) => {
      const note = 'y'.repeat(2 * 1024 * 1024)
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, note)] }])
      expect(await noteOf(log, 0)).toBe(note)
    },
    'above the limit are refused, naming the limit, and leave nothing': async ({ log }) => {
      await expect(log.append([appendOf('b', 'any', 1), { stream: 'a', expected: 'any', events: [noteEvent(2, 'z'.repeat(4 * 1024 * 1024))] }])).rejects.toMatchObject({ code: 'TOO_LARGE', field: 'event' })
      expect(await log.length()).toBe(0)
      expect((await log.append([appendOf('b', 'none', 1)])).kind).toBe('appended')
    },
  }),
  ...casesOf('fidelity', {
    'text beyond ASCII comes back as it was': async ({ log }) => {
      const note = 'naïve \u2028 \u0000 😀 "\\ \u{10ffff} é e\u0301 \r\n'
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, note)] }])
      expect(await noteOf(log, 0)).toBe(note)
    },
    'stream names beyond ASCII are streams of their own': async ({ log }) => {
      await log.append([appendOf('é', 'none', 1), appendOf('e\u0301', 'none', 2), appendOf('数 😀-1', 'none', 3)])
      expect(names(await collect(log.readStream('é')))).toEqual(['1'])
      expect(names(await collect(log.readStream('e\u0301')))).toEqual(['2'])
      expect((await collect(log.readStream('数 😀-1')))[0]?.stream).toBe('数 😀-1')
    },
    'every kind of data comes back as it was, large numbers too': async ({ log }) => {
      const event = expiredEvent('x')
      const late = { ...event, data: { ...event.data, at: Number.MAX_SAFE_INTEGER } } as typeof event
      await log.append([{ stream: 'a', expected: 'any', events: [{ id: testId('x'), event }, { id: testId('y'), event: late }] }])
      expect((await collect(log.readAll())).map((recorded) => recorded.event)).toEqual([event, late])
    },
  }),
  ...casesOf('drop', {
    'a subscription goes on after its connection broke, without loss or doubles': async ({ log, openAnother, drop }) => {
      const reader = await openAnother()
      await log.append([appendOf('a', 'any', ...namesTo(5))])
      const seen = take(reader, 0, 15)
      for (let i = 5; i < 15; i += 5) {
        await drop()
        await log.append([appendOf('a', 'any', ...namesTo(5, i))])
      }
      expect(names(await seen)).toEqual(namesTo(15))
    },
    'appends and reads go on after the connection broke': async ({ log, drop }) => {
      await log.append([appendOf('a', 'none', 1)])
      await drop()
      expect((await log.append([appendOf('a', 0, 2)])).kind).toBe('appended')
      await drop()
      expect(names(await collect(log.readStream('a')))).toEqual(['1', '2'])
      expect(await log.lastRevision('a')).toBe(1)
    },
    'appends under way while connections break are recorded once each': async ({ log, drop }) => {
      const appends = Array.from({ length: 40 }, (_, i) => log.append([appendOf(`s${i % 4}`, 'any', i)]))
      await drop()
      await drop()
      for (const result of await Promise.all(appends)) expect(result.kind).toBe('appended')
      expect((await collect(log.readAll())).map(({ id }) => id).sort()).toEqual(namesTo(40).map(testId).sort())
    },
  }),
  ...casesOf('writers', {
    'with expected revisions never both win': async ({ log, openAnother }) => {
      const other = await openAnother()
      const write = async (writer: EventLog, label: string): Promise<number> => {
        let won = 0
        for (let i = 0; i < 15; i++) {
          const last = await writer.lastRevision('contested')
          if ((await writer.append([appendOf('contested', last ?? 'none', `${label}-${i}`)])).kind === 'appended') won += 1
        }
        return won
      }
      const [left, right] = await Promise.all([write(log, 'left'), write(other, 'right')])
      const stream = await collect(log.readStream('contested'))
      expect(stream).toHaveLength(left + right)
      expect(stream.map(({ revision }) => revision)).toEqual(stream.map((_, i) => i))
    },
    'telling the same happening record it once': async ({ log, openAnother }) => {
      const other = await openAnother()
      const results = await Promise.all([log.append([appendOf('a', 'none', 1)]), other.append([appendOf('a', 'none', 1)])])
      expect(results.map(({ kind }) => kind).sort()).toEqual(['already-there', 'appended'])
      expect(await log.length()).toBe(1)
    },
    'at once share one order without gaps, the same for all readers': async ({ log, openAnother }) => {
      const other = await openAnother()
      await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? log : other).append([appendOf(`s${i % 5}`, 'any', i)])))
      const seen = await collect(log.readAll())
      expect(seen.map(({ position }) => position)).toEqual(seen.map((_, i) => i))
      expect(new Set(names(seen)).size).toBe(50)
      expect(await collect(other.readAll())).toEqual(seen)
    },
    'decide on what the others wrote, not on what they knew before': async ({ log, openAnother }) => {
      const other = await openAnother()
      await log.append([appendOf('a', 'none', 1)])
      await other.append([appendOf('a', 0, 2)])
      expect(await log.append([appendOf('a', 0, 3)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 0, actual: 1 })
      expect(await log.append([appendOf('b', 'exists', 4)])).toMatchObject({ kind: 'wrong-revision', actual: undefined })
      await other.append([appendOf('b', 'none', 5)])
      expect((await log.append([appendOf('b', 'exists', 6)])).kind).toBe('appended')
    },
  }),
  ...casesOf('limits', {
    'an event id that is not a UUID is refused, naming the field': async ({ log }) => {
      await expect(log.append([{ stream: 'a', expected: 'any', events: [{ ...noteEvent(1), id: 'one' }] }])).rejects.toMatchObject({ code: 'BAD_EVENT_ID', field: 'id' })
      await expect(log.append([{ stream: 'a', expected: 'any', events: [{ ...noteEvent(1), id: testId(1).toUpperCase() }] }])).rejects.toMatchObject({ code: 'BAD_EVENT_ID', field: 'id' })
      expect(await log.length()).toBe(0)
    },
    'a stream name that is empty, too long or reserved is refused, naming the field': async ({ log }) => {
      for (const stream of ['', 'x'.repeat(256), 'é'.repeat(128), '$all', '$$a', 'cybermesh', 'cybermesh-log']) {
        await expect(log.append([appendOf(stream, 'any', 1)])).rejects.toMatchObject({ code: 'BAD_STREAM', field: 'stream' })
      }
      expect((await log.append([appendOf('x'.repeat(255), 'none', 1)])).kind).toBe('appended')
    },
  }),
  ...casesOf('close', {
    'while a subscription waits ends it': async ({ log, openAnother }) => {
      const reader = await openAnother()
      await log.append([appendOf('a', 'any', 1)])
      const seen: string[] = []
      const late = AbortSignal.timeout(deadline.ms)
      for await (const event of reader.subscribe(asPosition(0), late)) {
        seen.push(...names([event]))
        setImmediate(() => void reader.close())
      }
      expect(seen).toEqual(['1'])
      expect(late.aborted).toBe(false)
    },
    'twice is harmless, and a closed log refuses to append and to read entries': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1)])
      await log.close()
      await log.close()
      await expect(log.append([appendOf('a', 'any', 2)])).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(log.length()).rejects.toMatchObject({ code: 'CLOSED' })
    },
    'keeps what was acknowledged': async ({ log, openAnother }) => {
      await log.append([appendOf('a', 'any', 1, 2), appendOf('b', 'any', 3)])
      await log.close()
      const reopened = await openAnother()
      expect(names(await collect(reopened.readAll()))).toEqual(['1', '2', '3'])
      expect(names(await collect(reopened.readStream('b')))).toEqual(['3'])
      expect((await reopened.append([appendOf('a', 1, 4)])).kind).toBe('appended')
    },
  }),
]
