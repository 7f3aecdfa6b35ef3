import { expect, test } from 'vitest'
import { createTurns } from './turns.js'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one at a time, in order, and the next begins before whoever waits for the last one goes on', async () => {
  const takeTurn = createTurns()
  const told: string[] = []
  const ends: (() => void)[] = []
  const ask = (name: string): Promise<void> => takeTurn(() => {
    told.push(`${name} begins`)
    return new Promise<void>((resolve) => ends.push(resolve))
  }).then(() => { told.push(`${name} is heard of`) })
  const all = ['a', 'b', 'c'].map(ask)
  for (let i = 0; i < 3; i++) {
    await tick()
    expect(ends).toHaveLength(i + 1)
    ends[i]?.()
  }
  await Promise.all(all)
  expect(told).toEqual(['a begins', 'b begins', 'a is heard of', 'c begins', 'b is heard of', 'c is heard of'])
})

test('one that fails says so to its own caller, and the next has its turn', async () => {
  const takeTurn = createTurns()
  const [broken, next] = await Promise.allSettled([takeTurn(() => Promise.reject(new Error('broken'))), takeTurn(() => Promise.resolve(1))])
  expect([broken, next]).toMatchObject([{ status: 'rejected', reason: { message: 'broken' } }, { status: 'fulfilled', value: 1 }])
  expect(await takeTurn(() => Promise.resolve(2))).toBe(2)
})
