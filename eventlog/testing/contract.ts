/** What every event log must do, whichever engine keeps it: adapters run this one suite. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { entriesOf } from '../entries.js'
import type { EventLog, RecordedEvent } from '../log.js'
import { decodeRecord, recordBytes } from '../record.js'
import { appendOf, expiredEvent, noteEvent, testId } from './events.js'

export type LogUnderTest = {
  /** A handle on the log; every call gives another handle on the same content, as another process would have. */
  open(): Promise<EventLog>
  /** Removes the log. */
  destroy(): Promise<void>
}

export function describeEventLogContract(name: string, create: () => Promise<LogUnderTest>): void {
  describe(`event log contract: ${name}`, () => {
    let subject: LogUnderTest
    let log: EventLog
    const opened: EventLog[] = []
    const openAnother = async (): Promise<EventLog> => {
      const another = await subject.open()
      opened.push(another)
      return another
    }
    beforeEach(async () => {
      subject = await create()
      log = await openAnother()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()))
      await subject.destroy()
    })

    const names = (events: readonly RecordedEvent[]): string[] =>
      events.map(({ event }) => (event.type === 'OperatorActionRecorded' ? event.data.resource : event.type))
    const all = async (source: EventLog = log): Promise<RecordedEvent[]> => collect(source.readAll())

    describe('an empty log', () => {
      test('has length 0 and no events', async () => {
        expect(await log.length()).toBe(0)
        expect(await all()).toEqual([])
      })
      test('reads a stream that does not exist as empty, without a last revision', async () => {
        expect(await collect(log.readStream('nowhere'))).toEqual([])
        expect(await log.lastRevision('nowhere')).toBeUndefined()
      })
      test('reads backwards as empty', async () => {
        expect(await collect(log.readAll({ backwards: true }))).toEqual([])
        expect(await collect(log.readStream('nowhere', { backwards: true }))).toEqual([])
      })
    })

    describe('an append', () => {
      test('gives positions from 0 without gaps and revisions from 0 in each stream', async () => {
        await log.append([appendOf('a', 'any', 1, 2)])
        await log.append([appendOf('b', 'any', 3)])
        const result = await log.append([appendOf('a', 'any', 4)])
        expect(result.kind).toBe('appended')
        expect((await all()).map(({ stream, revision, position }) => [stream, revision, position]))
          .toEqual([['a', 0, 0], ['a', 1, 1], ['b', 0, 2], ['a', 2, 3]])
        expect(await log.length()).toBe(4)
      })
      test('returns exactly what is read back', async () => {
        const result = await log.append([appendOf('a', 'none', 1, 2)])
        expect(result.kind === 'appended' && result.events).toEqual(await all())
      })
      test('keeps every kind of data as it was', async () => {
        const event = expiredEvent('x')
        await log.append([{ stream: 'a', expected: 'any', events: [{ id: testId('x'), event }] }])
        expect((await all())[0]?.event).toEqual(event)
      })
      test('keeps text beyond ASCII', async () => {
        const note = 'naïve \u2028 \u0000 😀 "\\'
        await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, note)] }])
        expect((await all())[0]).toMatchObject({ event: { data: { fields: { note } } } })
      })
      test('without events changes nothing', async () => {
        expect(await log.append([])).toEqual({ kind: 'appended', events: [] })
        expect(await log.append([{ stream: 'a', expected: 'none', events: [] }])).toEqual({ kind: 'appended', events: [] })
        expect(await log.length()).toBe(0)
        expect(await log.lastRevision('a')).toBeUndefined()
      })
      test('carries payloads of 256 KB', async () => {
        const note = 'x'.repeat(256 * 1024)
        await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, note), noteEvent(2, note)] }])
        expect((await all()).map(({ event }) => event.type === 'OperatorActionRecorded' && event.data.fields['note'] === note)).toEqual([true, true])
      })
      test('refuses an event id that is not a UUID, naming the field', async () => {
        await expect(log.append([{ stream: 'a', expected: 'any', events: [{ ...noteEvent(1), id: 'one' }] }])).rejects.toMatchObject({ code: 'BAD_EVENT_ID', field: 'id' })
      })
      test('refuses an empty or overlong stream name, naming the field', async () => {
        await expect(log.append([appendOf('', 'any', 1)])).rejects.toMatchObject({ code: 'BAD_STREAM', field: 'stream' })
        await expect(log.append([appendOf('s'.repeat(300), 'any', 1)])).rejects.toMatchObject({ code: 'BAD_STREAM' })
        expect(await log.length()).toBe(0)
      })
    })

    describe('an expected revision', () => {
      test('any: fits a new and an existing stream', async () => {
        expect((await log.append([appendOf('a', 'any', 1)])).kind).toBe('appended')
        expect((await log.append([appendOf('a', 'any', 2)])).kind).toBe('appended')
      })
      test('none: fits only a stream that does not exist', async () => {
        expect((await log.append([appendOf('a', 'none', 1)])).kind).toBe('appended')
        expect(await log.append([appendOf('a', 'none', 2)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'none', actual: 0 })
      })
      test('exists: fits only a stream that exists', async () => {
        expect(await log.append([appendOf('a', 'exists', 1)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'exists', actual: undefined })
        await log.append([appendOf('a', 'none', 1)])
        expect((await log.append([appendOf('a', 'exists', 2)])).kind).toBe('appended')
      })
      test('a number: fits only the revision of the last event', async () => {
        expect(await log.append([appendOf('a', 0, 1)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 0, actual: undefined })
        await log.append([appendOf('a', 'none', 1, 2)])
        expect(await log.append([appendOf('a', 0, 3)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 0, actual: 1 })
        expect(await log.append([appendOf('a', 2, 3)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 2, actual: 1 })
        expect((await log.append([appendOf('a', 1, 3)])).kind).toBe('appended')
      })
      test('that is wrong leaves the log as it was', async () => {
        await log.append([appendOf('a', 'none', 1)])
        await log.append([appendOf('a', 'none', 2)])
        expect(names(await all())).toEqual(['1'])
        expect(await log.lastRevision('a')).toBe(0)
      })
    })

    describe('an append to several streams', () => {
      test('is recorded in the order given', async () => {
        await log.append([appendOf('b', 'none', 1), appendOf('a', 'none', 2, 3), appendOf('c', 'none', 4)])
        expect(names(await all())).toEqual(['1', '2', '3', '4'])
      })
      test('is all or nothing when one revision is wrong', async () => {
        await log.append([appendOf('a', 'none', 1)])
        const result = await log.append([appendOf('b', 'none', 2), appendOf('a', 'none', 3), appendOf('c', 'none', 4)])
        expect(result).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'none', actual: 0 })
        expect(names(await all())).toEqual(['1'])
        expect(await log.lastRevision('b')).toBeUndefined()
      })
      test('may name one stream twice; the second part stands on the first', async () => {
        const result = await log.append([appendOf('a', 'none', 1), appendOf('a', 0, 2)])
        expect(result.kind).toBe('appended')
        expect((await collect(log.readStream('a'))).map(({ revision }) => revision)).toEqual([0, 1])
      })
      test('is all or nothing when one event id conflicts', async () => {
        await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'first')] }])
        const result = await log.append([appendOf('b', 'none', 2), { stream: 'a', expected: 'any', events: [noteEvent(1, 'second')] }])
        expect(result).toEqual({ kind: 'id-conflict', id: testId(1) })
        expect(await log.length()).toBe(1)
      })
    })

    describe('a repeated append', () => {
      test('with the same ids and content is already there, whatever it expects now', async () => {
        const first = await log.append([appendOf('a', 'none', 1, 2)])
        const second = await log.append([appendOf('a', 'none', 1, 2)])
        expect(second).toEqual({ kind: 'already-there', events: first.kind === 'appended' ? first.events : [] })
        expect(await log.length()).toBe(2)
      })
      test('over several streams is already there', async () => {
        const batch = [appendOf('a', 'none', 1), appendOf('b', 'none', 2)]
        await log.append(batch)
        await log.append([appendOf('a', 0, 3)])
        expect((await log.append(batch)).kind).toBe('already-there')
      })
      test('with the same id and other content is a conflict, and the first content stays', async () => {
        await log.append([{ stream: 'a', expected: 'none', events: [noteEvent(1, 'first')] }])
        expect(await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'second')] }])).toEqual({ kind: 'id-conflict', id: testId(1) })
        expect((await all())[0]).toMatchObject({ event: { data: { fields: { note: 'first' } } } })
      })
      test('with the same id in another stream is a conflict', async () => {
        await log.append([appendOf('a', 'none', 1)])
        expect(await log.append([appendOf('b', 'none', 1)])).toEqual({ kind: 'id-conflict', id: testId(1) })
      })
      test('with one id twice in a batch is a conflict', async () => {
        expect(await log.append([appendOf('a', 'none', 1, 1)])).toEqual({ kind: 'id-conflict', id: testId(1) })
        expect(await log.length()).toBe(0)
      })
      test('of which only a part is recorded is refused with the revision the stream really has', async () => {
        await log.append([appendOf('a', 'none', 1)])
        expect(await log.append([appendOf('a', 'any', 1, 2)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'any', actual: 0 })
        expect(await log.length()).toBe(1)
      })
    })

    describe('reading', () => {
      beforeEach(async () => {
        for (let i = 0; i < 10; i++) await log.append([appendOf(i % 2 === 0 ? 'even' : 'odd', 'any', i)])
      })
      test('all events come in order, from a position, up to a limit', async () => {
        expect(names(await all())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        expect(names(await collect(log.readAll({ from: 7 })))).toEqual(['7', '8', '9'])
        expect(names(await collect(log.readAll({ from: 3, limit: 2 })))).toEqual(['3', '4'])
        expect(names(await collect(log.readAll({ from: 10 })))).toEqual([])
      })
      test('all events come backwards', async () => {
        expect(names(await collect(log.readAll({ backwards: true, limit: 3 })))).toEqual(['9', '8', '7'])
        expect(names(await collect(log.readAll({ backwards: true, from: 2 })))).toEqual(['2', '1', '0'])
      })
      test('one stream comes in order, from a revision, up to a limit', async () => {
        expect(names(await collect(log.readStream('odd')))).toEqual(['1', '3', '5', '7', '9'])
        expect(names(await collect(log.readStream('odd', { from: 3 })))).toEqual(['7', '9'])
        expect(names(await collect(log.readStream('odd', { from: 1, limit: 2 })))).toEqual(['3', '5'])
      })
      test('one stream comes backwards', async () => {
        expect(names(await collect(log.readStream('even', { backwards: true, limit: 2 })))).toEqual(['8', '6'])
        expect(names(await collect(log.readStream('even', { backwards: true, from: 1 })))).toEqual(['2', '0'])
      })
      test('stops where the consumer stops', async () => {
        const seen: RecordedEvent[] = []
        for await (const event of log.readAll()) {
          seen.push(event)
          if (seen.length === 2) break
        }
        expect(names(seen)).toEqual(['0', '1'])
      })
      test('entries are the canonical bytes of the events', async () => {
        const entries = await entriesOf(log).readEntries({ from: asPosition(4), limit: 3 })
        expect(entries.map(({ position }) => position)).toEqual([4, 5, 6])
        for (const { bytes } of entries) expect(Buffer.from(recordBytes(decodeRecord(bytes))).equals(bytes)).toBe(true)
        expect(names(entries.map(({ bytes }) => decodeRecord(bytes)))).toEqual(['4', '5', '6'])
      })
      test('entries stop at a size, but never before the first', async () => {
        expect(await entriesOf(log).readEntries({ from: asPosition(0), limit: 10, maxBytes: 1 })).toHaveLength(1)
      })
    })

    describe('a subscription', () => {
      test('gives what is there and then what comes', async () => {
        await log.append([appendOf('a', 'any', 1, 2)])
        const seen = take(log, 0, 4)
        await log.append([appendOf('a', 'any', 3)])
        await log.append([appendOf('a', 'any', 4)])
        expect(names(await seen)).toEqual(['1', '2', '3', '4'])
      })
      test('resumes after a position without losing or doubling', async () => {
        await log.append([appendOf('a', 'any', 1, 2, 3)])
        const first = await take(log, 0, 2)
        const rest = take(log, (first.at(-1)?.position ?? 0) + 1, 2)
        await log.append([appendOf('a', 'any', 4)])
        expect(names(await rest)).toEqual(['3', '4'])
      })
      test('may begin at a position that is still to come', async () => {
        const seen = take(log, 1, 1)
        await log.append([appendOf('a', 'any', 1)])
        await log.append([appendOf('a', 'any', 2)])
        expect(names(await seen)).toEqual(['2'])
      })
      test('ends when the signal aborts, also while it waits', async () => {
        const abort = new AbortController()
        const seen = collect(log.subscribe(asPosition(0), abort.signal))
        await log.append([appendOf('a', 'any', 1)])
        await new Promise((resolve) => setTimeout(resolve, 100))
        abort.abort()
        expect(names(await seen)).toEqual(['1'])
      })
      test('sees each event soon after it was appended', async () => {
        const arrived: number[] = []
        const seen = take(log, 0, 20, () => arrived.push(performance.now()))
        const sent: number[] = []
        for (let i = 0; i < 20; i++) {
          await log.append([appendOf('a', 'any', i)])
          sent.push(performance.now())
        }
        await seen
        expect(arrived.at(-1) as number - (sent.at(-1) as number)).toBeLessThan(1000)
      })
      test('waits for a slow consumer and gives it everything', async () => {
        const seen = take(log, 0, 300, () => new Promise((resolve) => setTimeout(resolve, 1)))
        for (let i = 0; i < 300; i += 10) await log.append([appendOf('a', 'any', ...Array.from({ length: 10 }, (_, k) => i + k))])
        expect(names(await seen)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)))
      })
      test('on another handle sees what this handle writes', async () => {
        const reader = await openAnother()
        const seen = take(reader, 0, 3)
        await log.append([appendOf('a', 'any', 1), appendOf('b', 'any', 2)])
        await log.append([appendOf('a', 'any', 3)])
        expect(names(await seen)).toEqual(['1', '2', '3'])
      })
    })

    describe('several handles', () => {
      test('reopened, the log has the same events and goes on after them', async () => {
        await log.append([appendOf('a', 'any', 1, 2)])
        await log.close()
        const reopened = await openAnother()
        await reopened.append([appendOf('a', 1, 3)])
        expect(names(await all(reopened))).toEqual(['1', '2', '3'])
        expect((await reopened.append([appendOf('a', 'none', 1, 2)])).kind).toBe('already-there')
      })
      test('two writers with expected revisions never both win', async () => {
        const other = await openAnother()
        const write = async (writer: EventLog, label: string): Promise<number> => {
          let won = 0
          for (let i = 0; i < 20; i++) {
            const last = await writer.lastRevision('contested')
            const result = await writer.append([appendOf('contested', last ?? 'none', `${label}-${i}`)])
            if (result.kind === 'appended') won += 1
          }
          return won
        }
        const [left, right] = await Promise.all([write(log, 'left'), write(other, 'right')])
        const stream = await collect(log.readStream('contested'))
        expect(stream).toHaveLength(left + right)
        expect(stream.map(({ revision }) => revision)).toEqual(stream.map((_, i) => i))
        expect((await all()).map(({ position }) => position)).toEqual(stream.map((_, i) => i))
      })
      test('two writers sending the same happening record it once', async () => {
        const other = await openAnother()
        const results = await Promise.all([log.append([appendOf('a', 'none', 1)]), other.append([appendOf('a', 'none', 1)])])
        expect(results.map(({ kind }) => kind).sort()).toEqual(['already-there', 'appended'])
        expect(await log.length()).toBe(1)
      })
      test('appends sent at once keep one order for all readers', async () => {
        const other = await openAnother()
        await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? log : other).append([appendOf(`s${i % 5}`, 'any', i)])))
        const seen = await all()
        expect(seen.map(({ position }) => position)).toEqual(seen.map((_, i) => i))
        expect(new Set(names(seen)).size).toBe(50)
        expect(await all(other)).toEqual(seen)
      })
      test('closing twice is harmless', async () => {
        await log.close()
        await log.close()
      })
    })
  })
}

async function collect(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const out: RecordedEvent[] = []
  for await (const event of events) out.push(event)
  return out
}

/** The first `count` events of a subscription. */
async function take(log: EventLog, from: number, count: number, onEvent: () => unknown = () => undefined): Promise<RecordedEvent[]> {
  const abort = new AbortController()
  const out: RecordedEvent[] = []
  for await (const event of log.subscribe(asPosition(from), abort.signal)) {
    out.push(event)
    await onEvent()
    if (out.length === count) break
  }
  abort.abort()
  return out
}
