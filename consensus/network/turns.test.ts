import { expect, test } from 'vitest'
import { createTurns } from './turns.js'

test('one caller never has more than its share under way, in order, and a failure gives the place on', async () => {
  const turns = createTurns(2)
  let running = 0
  let most = 0
  const order: number[] = []
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => turns.take('a', async () => {
    order.push(i)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running -= 1
    if (i % 3 === 0) throw new Error('no')
  })))
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
})

test('callers do not wait for each other', async () => {
  const turns = createTurns(1)
  let release: () => void = () => undefined
  const slow = turns.take('a', () => new Promise<void>((resolve) => { release = resolve }))
  expect(await turns.take('b', () => Promise.resolve('done'))).toBe('done')
  release()
  await slow
})
