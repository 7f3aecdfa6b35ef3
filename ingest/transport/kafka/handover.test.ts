import { expect, test } from 'vitest'
import { createHandover } from './handover.js'

const never = new AbortController().signal
const idle = (): Promise<void> => Promise.resolve()

test('what is pushed in one turn is taken together, in order, by a reader that waits', async () => {
  const handover = createHandover<number>(10)
  const taken = handover.take(never)
  const offers = [[1, 2], [3], [4, 5]].map((items) => handover.offer(items, idle))
  expect(await taken).toEqual([1, 2, 3, 4, 5])
  expect(await Promise.all(offers)).toEqual([true, true, true])
})

test('no more is taken at once than was asked for, no push in parts, and a larger one alone', async () => {
  const handover = createHandover<number>(3)
  const offers = [[1, 2], [3, 4], [5], [6, 7, 8, 9]].map((items) => handover.offer(items, idle))
  expect([await handover.take(never), await handover.take(never), await handover.take(never)]).toEqual([[1, 2], [3, 4, 5], [6, 7, 8, 9]])
  expect(await Promise.all(offers)).toEqual([true, true, true, true])
})

test('whoever pushes waits until it is taken, and learns when it was thrown away', async () => {
  const handover = createHandover<number>(3)
  let isSettled = false
  const first = handover.offer([1], idle).finally(() => { isSettled = true })
  const second = handover.offer([2, 3, 4], idle)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isSettled).toBe(false)
  expect(await handover.take(never)).toEqual([1])
  expect(await first).toBe(true)
  handover.drop()
  expect(await second).toBe(false)
})

test('a reader that waits is told of a failure, of the end, and of its own signal', async () => {
  const failing = createHandover<number>(3)
  const failed = failing.take(never)
  failing.fail(new Error('the group is gone'))
  await expect(failed).rejects.toThrow('the group is gone')
  const ending = createHandover<number>(3)
  const ended = ending.take(never)
  ending.end()
  expect(await ended).toBeUndefined()
  expect(await ending.offer([1], idle)).toBe(false)
  const stopping = new AbortController()
  const stopped = createHandover<number>(3).take(stopping.signal)
  stopping.abort()
  expect(await stopped).toBeUndefined()
})
