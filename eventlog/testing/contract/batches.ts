/** One append over several streams: all of it or nothing, in the order given, without gaps. */
import { expect } from 'vitest'
import { appendOf, noteEvent, testId } from '../events.js'
import { casesOf, collect, names, namesTo } from './case.js'

export const batchCases = [
  ...casesOf('empty', {
    'an empty log has length 0 and no events, either way': async ({ log }) => {
      expect(await log.length()).toBe(0)
      expect(await collect(log.readAll())).toEqual([])
      expect(await collect(log.readAll({ backwards: true }))).toEqual([])
    },
    'a stream that does not exist is empty and has no last revision': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1)])
      expect(await collect(log.readStream('nowhere'))).toEqual([])
      expect(await collect(log.readStream('nowhere', { backwards: true }))).toEqual([])
      expect(await log.lastRevision('nowhere')).toBeUndefined()
    },
    'an append without events changes nothing': async ({ log }) => {
      expect(await log.append([])).toEqual({ kind: 'appended', events: [] })
      expect(await log.append([{ stream: 'a', expected: 'none', events: [] }])).toEqual({ kind: 'appended', events: [] })
      expect(await log.length()).toBe(0)
      expect(await log.lastRevision('a')).toBeUndefined()
    },
    'an append without events is refused all the same where its expectation is wrong': async ({ log }) => {
      expect(await log.append([{ stream: 'a', expected: 'exists', events: [] }])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'exists', actual: undefined })
      await log.append([appendOf('a', 'any', 1)])
      expect(await log.append([{ stream: 'a', expected: 'none', events: [] }, appendOf('b', 'any', 2)])).toMatchObject({ kind: 'wrong-revision', stream: 'a', actual: 0 })
      expect(await log.length()).toBe(1)
    },
  }),
  ...casesOf('gapless', {
    'positions count from 0 without gaps, revisions from 0 in each stream': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1, 2)])
      await log.append([appendOf('b', 'any', 3)])
      await log.append([appendOf('a', 'any', 4)])
      expect((await collect(log.readAll())).map(({ stream, revision, position }) => [stream, revision, position])).toEqual([['a', 0, 0], ['a', 1, 1], ['b', 0, 2], ['a', 2, 3]])
      expect(await log.length()).toBe(4)
    },
    'refused appends leave no gap': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1)])
      await log.append([appendOf('a', 'none', 2)])
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'other')] }])
      await log.append([appendOf('a', 0, 3)])
      expect((await collect(log.readAll())).map(({ position, revision }) => [position, revision])).toEqual([[0, 0], [1, 1]])
    },
    'the result of an append is exactly what is read back': async ({ log }) => {
      const result = await log.append([appendOf('a', 'none', 1, 2), appendOf('b', 'none', 3)])
      expect(result.kind === 'appended' && result.events).toEqual(await collect(log.readAll()))
    },
  }),
  ...casesOf('batch', {
    'is recorded in the order given': async ({ log }) => {
      await log.append([appendOf('b', 'none', 1), appendOf('a', 'none', 2, 3), appendOf('c', 'none', 4), appendOf('b', 0, 5)])
      expect(names(await collect(log.readAll()))).toEqual(['1', '2', '3', '4', '5'])
    },
    'is nothing when the first revision is wrong, and when the last is': async ({ log }) => {
      await log.append([appendOf('a', 'none', 1)])
      expect(await log.append([appendOf('a', 'none', 2), appendOf('b', 'none', 3)])).toMatchObject({ kind: 'wrong-revision', stream: 'a' })
      expect(await log.append([appendOf('b', 'none', 4), appendOf('c', 'none', 5), appendOf('a', 'none', 6)])).toMatchObject({ kind: 'wrong-revision', stream: 'a' })
      expect(names(await collect(log.readAll()))).toEqual(['1'])
      expect([await log.lastRevision('b'), await log.lastRevision('c')]).toEqual([undefined, undefined])
    },
    'is nothing when one event id conflicts': async ({ log }) => {
      await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(1, 'first')] }])
      expect(await log.append([appendOf('b', 'none', 2), { stream: 'a', expected: 'any', events: [noteEvent(1, 'second')] }])).toEqual({ kind: 'id-conflict', id: testId(1) })
      expect(await log.length()).toBe(1)
      expect(await log.lastRevision('b')).toBeUndefined()
    },
    'of 2,000 events over 50 streams is one append': async ({ log }) => {
      const result = await log.append(Array.from({ length: 2000 }, (_, i) => appendOf(`s${i % 50}`, 'any', i)))
      expect(result.kind).toBe('appended')
      expect(names(await collect(log.readAll()))).toEqual(namesTo(2000))
      expect(names(await collect(log.readStream('s7')))).toEqual(Array.from({ length: 40 }, (_, i) => String(i * 50 + 7)))
    },
    'that is refused after a large part was in order leaves nothing of it': async ({ log }) => {
      await log.append([appendOf('last', 'none', 'x')])
      const parts = Array.from({ length: 600 }, (_, i) => appendOf(`s${i % 50}`, 'any', i))
      expect((await log.append([...parts, appendOf('last', 'none', 'y')])).kind).toBe('wrong-revision')
      expect(await log.length()).toBe(1)
      expect((await log.append(parts)).kind).toBe('appended')
    },
  }),
]
