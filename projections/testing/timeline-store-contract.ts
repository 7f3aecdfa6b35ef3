/** What every timeline store must do, whichever engine keeps it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import type { TimelineStore, TimelineUpdate } from '../timelines/store.js'

export type TimelinesUnderTest = { open(): Promise<TimelineStore>; destroy(): Promise<void> }

export function describeTimelineStoreContract(name: string, create: () => Promise<TimelinesUnderTest>): void {
  describe(`timeline store contract: ${name}`, () => {
    let subject: TimelinesUnderTest
    let store: TimelineStore
    beforeEach(async () => {
      subject = await create()
      store = await subject.open()
    })
    afterEach(async () => {
      await store.close()
      await subject.destroy()
    })

    const update = (from: number, to: number, more: Partial<TimelineUpdate> = {}): TimelineUpdate => ({
      name: 'timelines', version: 1, from: asPosition(from), next: { position: asPosition(to), lastEventId: `event-${to - 1}`, lastEventAt: to },
      scores: new Map(), hashes: new Map(), deadLetters: [], ...more,
    })
    const scored = (...members: [string, number][]): Map<string, { member: string; score: number }[]> =>
      new Map([['set', members.map(([member, score]) => ({ member, score }))]])

    test('an empty store has nothing and stands at 0', async () => {
      expect(await store.zcard('set')).toBe(0)
      expect(await store.zrangeByScore('set')).toEqual([])
      expect(await store.hgetall('hash')).toBeUndefined()
      expect(await store.checkpoint('timelines', 1)).toEqual({ position: 0, lastEventId: undefined, lastEventAt: undefined })
    })

    test('members come by score and then by name, from either end, in a range, up to a limit', async () => {
      await store.apply(update(0, 1, { scores: scored(['c', 2], ['a', 3.5], ['b', 2], ['d', 1]) }))
      const members = async (range?: Parameters<TimelineStore['zrangeByScore']>[1]): Promise<string> => (await store.zrangeByScore('set', range)).map(({ member }) => member).join('')
      expect(await members()).toBe('dbca')
      expect(await members({ reverse: true })).toBe('acbd')
      expect(await members({ min: 2 })).toBe('bca')
      expect(await members({ min: 1, max: 2 })).toBe('dbc')
      expect(await members({ min: 2, max: 2, reverse: true })).toBe('cb')
      expect(await members({ limit: 2 })).toBe('db')
      expect(await members({ min: 3.6 })).toBe('')
    })

    test('a member written again moves and is counted once', async () => {
      await store.apply(update(0, 1, { scores: scored(['a', 1], ['b', 2]) }))
      await store.apply(update(1, 2, { scores: scored(['a', 3]) }))
      expect(await store.zcard('set')).toBe(2)
      expect(await store.zrangeByScore('set')).toEqual([{ member: 'b', score: 2 }, { member: 'a', score: 3 }])
    })

    test('fields of a hash are merged', async () => {
      await store.apply(update(0, 1, { hashes: new Map([['h', { a: '1', b: '1' }]]) }))
      await store.apply(update(1, 2, { hashes: new Map([['h', { b: '2', c: '2' }], ['i', { x: '' }]]) }))
      expect(await store.hgetall('h')).toEqual({ a: '1', b: '2', c: '2' })
      expect(await store.hgetall('i')).toEqual({ x: '' })
    })

    test('an update from the wrong position changes nothing and is told', async () => {
      await store.apply(update(0, 5, { scores: scored(['a', 1]) }))
      await expect(store.apply(update(0, 5, { scores: scored(['z', 1]) }))).rejects.toMatchObject({ code: 'CHECKPOINT_CONFLICT' })
      await expect(store.apply(update(6, 7, { scores: scored(['z', 1]) }))).rejects.toMatchObject({ code: 'CHECKPOINT_CONFLICT' })
      expect(await store.zcard('set')).toBe(1)
      expect(await store.checkpoint('timelines', 1)).toEqual({ position: 5, lastEventId: 'event-4', lastEventAt: 5 })
    })

    test('of two updates from one position exactly one is applied', async () => {
      const results = await Promise.allSettled([store.apply(update(0, 1, { scores: scored(['a', 1]) })), store.apply(update(0, 1, { scores: scored(['b', 1]) }))])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await store.zcard('set')).toBe(1)
    })

    test('versions have checkpoints and dead letters of their own', async () => {
      const letter = { position: asPosition(0), eventId: undefined, eventType: 'X', error: 'bad' }
      await store.apply(update(0, 3, { deadLetters: [letter] }))
      expect(await store.deadLetters('timelines', 1)).toEqual([letter])
      expect(await store.deadLetters('timelines', 2)).toEqual([])
      expect((await store.checkpoint('timelines', 2)).position).toBe(0)
    })

    test('reset empties everything', async () => {
      await store.apply(update(0, 3, { scores: scored(['a', 1]), hashes: new Map([['h', { a: '1' }]]) }))
      await store.reset()
      expect([await store.zcard('set'), await store.hgetall('h'), (await store.checkpoint('timelines', 1)).position]).toEqual([0, undefined, 0])
      await store.apply(update(0, 1, { scores: scored(['b', 1]) }))
      expect(await store.zrangeByScore('set')).toEqual([{ member: 'b', score: 1 }])
    })

    test('another handle sees what was written, and so does the store opened again', async () => {
      const other = await subject.open()
      await store.apply(update(0, 1, { scores: scored(['a', 1]) }))
      expect(await other.zcard('set')).toBe(1)
      await other.close()
      await store.close()
      store = await subject.open()
      expect(await store.zrangeByScore('set')).toEqual([{ member: 'a', score: 1 }])
      expect((await store.checkpoint('timelines', 1)).position).toBe(1)
    })
  })
}
