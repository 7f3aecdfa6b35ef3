/** The same happening told again: recorded once, recognised whatever is expected, never overwritten. */
import { expect } from 'vitest'
import type { LogAlarm } from '../../log.js'
import { appendOf, noteEvent, testId } from '../events.js'
import { casesOf, collect } from './case.js'

export const retryCases = [
  ...casesOf('retry', {
    'the same append again is already there, with the places it had': async ({ log }) => {
      const first = await log.append([appendOf('a', 'none', 1, 2)])
      expect(await log.append([appendOf('a', 'none', 1, 2)])).toEqual({ kind: 'already-there', events: first.kind === 'appended' ? first.events : [] })
      expect(await log.length()).toBe(2)
    },
    'over several streams, after later events, it is already there': async ({ log }) => {
      const batch = [appendOf('a', 'none', 1), appendOf('b', 'none', 2)]
      await log.append(batch)
      await log.append([appendOf('a', 0, 3), appendOf('b', 0, 4)])
      expect((await log.append(batch)).kind).toBe('already-there')
      expect(await log.length()).toBe(4)
    },
    'with another expected revision it is already there all the same': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1)])
      for (const expected of ['any', 'none', 'exists', 0, 7] as const) expect((await log.append([appendOf('a', expected, 1)])).kind).toBe('already-there')
      expect(await log.length()).toBe(1)
    },
    'a part of an earlier append is already there': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1, 2, 3)])
      expect((await log.append([appendOf('a', 'any', 2, 3)])).kind).toBe('already-there')
    },
    'an append of which only a part is recorded is refused with the revision the stream really has': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1)])
      expect(await log.append([appendOf('a', 'any', 1, 2)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'any', actual: 0 })
      expect(await log.append([appendOf('b', 'any', 3), appendOf('a', 'any', 1)])).toMatchObject({ kind: 'wrong-revision', stream: 'a', actual: 0 })
      expect(await log.length()).toBe(1)
    },
    'through another handle and after a restart it is already there': async ({ log, openAnother }) => {
      await log.append([appendOf('a', 'none', 1, 2)])
      await log.close()
      const other = await openAnother()
      expect((await other.append([appendOf('a', 'none', 1, 2)])).kind).toBe('already-there')
      expect(await other.length()).toBe(2)
    },
    'the same append twice at once is recorded once': async ({ log }) => {
      const results = await Promise.all([log.append([appendOf('a', 'none', 1)]), log.append([appendOf('a', 'none', 1)])])
      expect(results.map(({ kind }) => kind).sort()).toEqual(['already-there', 'appended'])
      expect(await log.length()).toBe(1)
    },
  }),
  ...casesOf('id-conflict', {
    'the same id with other content is refused, and the first content stays': async ({ log }) => {
      await log.append([{ stream: 'a', expected: 'none', events: [noteEvent(1, 'first')] }])
      expect(await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'second')] }])).toEqual({ kind: 'id-conflict', id: testId(1) })
      const [event] = await collect(log.readAll())
      expect(event).toMatchObject({ event: { data: { fields: { note: 'first' } } } })
      expect(await log.length()).toBe(1)
    },
    'the same id in another stream is refused': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1)])
      expect(await log.append([appendOf('b', 'none', 1)])).toEqual({ kind: 'id-conflict', id: testId(1) })
      expect(await log.lastRevision('b')).toBeUndefined()
    },
    'one id twice in a batch is refused': async ({ log }) => {
      expect(await log.append([appendOf('a', 'none', 1, 1)])).toEqual({ kind: 'id-conflict', id: testId(1) })
      expect(await log.append([appendOf('a', 'none', 2), appendOf('b', 'none', 2)])).toEqual({ kind: 'id-conflict', id: testId(2) })
      expect(await log.length()).toBe(0)
    },
    'long after, and after a restart, the first content still stands': async ({ log, openAnother }) => {
      await log.append([{ stream: 'a', expected: 'none', events: [noteEvent('first', 'x')] }])
      await log.append([appendOf('b', 'none', ...Array.from({ length: 300 }, (_, i) => i))])
      await log.close()
      const other = await openAnother()
      expect(await other.append([{ stream: 'a', expected: 0, events: [noteEvent('first', 'y')] }])).toEqual({ kind: 'id-conflict', id: testId('first') })
    },
  }),
  ...casesOf('alarm', {
    'a conflicting id raises an alarm that names id and stream; nothing else does': async ({ openAnother }) => {
      const alarms: LogAlarm[] = []
      const log = await openAnother({ onAlarm: (alarm) => alarms.push(alarm) })
      await log.append([{ stream: 'a', expected: 'none', events: [noteEvent(1, 'first')] }])
      await log.append([{ stream: 'a', expected: 'none', events: [noteEvent(1, 'first')] }])
      await log.append([appendOf('a', 'none', 2)])
      expect(alarms).toEqual([])
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'second')] }])
      expect(alarms).toEqual([{ kind: 'id-conflict', id: testId(1), stream: 'a' }])
    },
  }),
]
