import { describe, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import type { EntryLog } from '../../eventlog/entries.js'
import { encodeRecord } from '../../eventlog/record.js'
import { operatorAction } from '../testing/sample-log.js'
import { createReadAhead } from './read-ahead.js'

/** `length` may grow and `broken` reads fail. */
function logOf(state: { length: number; broken: boolean; reads: number[] }): EntryLog {
  const entry = (position: number) => ({
    position: asPosition(position),
    bytes: encodeRecord({ id: `00000000-0000-5000-a000-${String(position).padStart(12, '0')}`, event: operatorAction(position) }, { stream: 'operator', revision: position, position: asPosition(position) }),
  })
  return {
    length: () => Promise.resolve(state.length),
    waitForGrowth: () => Promise.resolve(state.length),
    readEntries: ({ from, limit }) => {
      state.reads.push(from)
      if (state.broken) return Promise.reject(new Error('the disk is gone'))
      return Promise.resolve(Array.from({ length: Math.max(0, Math.min(limit, state.length - from)) }, (_, i) => entry(from + i)))
    },
  }
}

const positions = (page: readonly { readonly position: number }[]): number[] => page.map(({ position }) => position)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('reading ahead', () => {
  test('gives every entry once and in order, whatever sizes are asked for, and each is read once', async () => {
    const state = { length: 1000, broken: false, reads: [] as number[] }
    const pages = createReadAhead(logOf(state))
    const seen: number[] = []
    for (const limit of [100, 200, 200, 200, 400]) seen.push(...positions(await pages.take(asPosition(seen.length), limit, 1000)))
    // A page is read ahead before the limit grows: it comes as large as the one before.
    expect(seen).toEqual(range(0, 800))
    expect(state.reads.slice(0, 5)).toEqual([0, 100, 200, 400, 600])
  })

  test('never passes the end it is given', async () => {
    const pages = createReadAhead(logOf({ length: 1000, broken: false, reads: [] }))
    expect(positions(await pages.take(asPosition(0), 100, 150))).toEqual(range(0, 100))
    expect(positions(await pages.take(asPosition(100), 100, 150))).toEqual(range(100, 150))
  })

  test('forgets what it read ahead when it is asked for another place', async () => {
    const pages = createReadAhead(logOf({ length: 1000, broken: false, reads: [] }))
    await pages.take(asPosition(0), 100, Infinity)
    expect(positions(await pages.take(asPosition(40), 10, Infinity))).toEqual(range(40, 50))
  })

  test('sees entries that came after it had found the end', async () => {
    const state = { length: 100, broken: false, reads: [] as number[] }
    const pages = createReadAhead(logOf(state))
    expect(await pages.take(asPosition(0), 100, Infinity)).toHaveLength(100)
    await new Promise((resolve) => setTimeout(resolve, 0))
    state.length = 120
    expect(positions(await pages.take(asPosition(100), 100, Infinity))).toEqual(range(100, 120))
  })

  test('tells an error where the page is asked for, and goes on once it is over', async () => {
    const state = { length: 1000, broken: false, reads: [] as number[] }
    const pages = createReadAhead(logOf(state))
    await pages.take(asPosition(0), 100, Infinity)
    state.broken = true
    await expect(pages.take(asPosition(500), 100, Infinity)).rejects.toThrow('the disk is gone')
    state.broken = false
    expect(positions(await pages.take(asPosition(100), 100, Infinity))).toEqual(range(100, 200))
  })
})
