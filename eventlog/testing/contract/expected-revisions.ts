/** What a writer may expect of a stream: nothing, that it is new, that it exists, or where exactly it ends. */
import { expect } from 'vitest'
import type { ExpectedRevision } from '../../log.js'
import { appendOf } from '../events.js'
import { casesOf, collect, names, type World } from './case.js'

const refuses = (expected: ExpectedRevision, actual: number | undefined) => async ({ log }: World): Promise<void> => {
  if (actual !== undefined) await log.append([appendOf('a', 'any', ...Array.from({ length: actual + 1 }, (_, i) => i))])
  await log.append([appendOf('b', 'any', 'other')])
  const before = await log.length()
  expect(await log.append([appendOf('a', expected, 'new')])).toEqual({ kind: 'wrong-revision', stream: 'a', expected, actual })
  expect(await log.length()).toBe(before)
  expect(await log.lastRevision('a')).toBe(actual)
}

const takes = (expected: ExpectedRevision, actual: number | undefined) => async ({ log }: World): Promise<void> => {
  if (actual !== undefined) await log.append([appendOf('a', 'any', ...Array.from({ length: actual + 1 }, (_, i) => i))])
  expect((await log.append([appendOf('a', expected, 'new')])).kind).toBe('appended')
  expect(await log.lastRevision('a')).toBe((actual ?? -1) + 1)
  expect(names(await collect(log.readStream('a'))).at(-1)).toBe('new')
}

export const expectedRevisionCases = [
  ...casesOf('expected-none', {
    'none: fits a stream that does not exist': takes('none', undefined),
    'none: refuses a stream of one event': refuses('none', 0),
    'none: refuses a stream of many events': refuses('none', 4),
    'none: refuses a stream that this very batch began': async ({ log }) => {
      expect(await log.append([appendOf('a', 'none', 1), appendOf('a', 'none', 2)])).toEqual({ kind: 'wrong-revision', stream: 'a', expected: 'none', actual: 0 })
      expect(await log.length()).toBe(0)
    },
  }),
  ...casesOf('expected-exists', {
    'exists: refuses a stream that does not exist': refuses('exists', undefined),
    'exists: fits a stream of one event': takes('exists', 0),
    'exists: fits a stream that this very batch began': async ({ log }) => {
      expect((await log.append([appendOf('a', 'none', 1), appendOf('a', 'exists', 2)])).kind).toBe('appended')
    },
  }),
  ...casesOf('expected-any', {
    'any: fits a stream that does not exist': takes('any', undefined),
    'any: fits a stream that exists': takes('any', 2),
  }),
  ...casesOf('expected-number', {
    'a number: fits the revision of the last event': takes(2, 2),
    'a number: refuses a stream that does not exist': refuses(0, undefined),
    'a number: refuses one below': refuses(1, 2),
    'a number: refuses one above': refuses(3, 2),
    'a number: stands on the parts before it in the same batch': async ({ log }) => {
      const result = await log.append([appendOf('a', 'none', 1, 2), appendOf('b', 'none', 3), appendOf('a', 1, 4)])
      expect(result.kind).toBe('appended')
      expect((await collect(log.readStream('a'))).map(({ revision }) => revision)).toEqual([0, 1, 2])
    },
    'a number: after a refusal the append fits with the revision that was told': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1, 2)])
      const refused = await log.append([appendOf('a', 0, 3)])
      expect((await log.append([appendOf('a', refused.kind === 'wrong-revision' ? refused.actual ?? 'none' : 'none', 3)])).kind).toBe('appended')
    },
  }),
]
