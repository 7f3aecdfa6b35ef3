import { expect, test } from 'vitest'
import { createRefusalBook } from './refusal-book.js'

test('each kind is told at once, then at most every ten seconds with how many there were', () => {
  const book = createRefusalBook()
  const tellings = Array.from({ length: 2500 }, (_, i) => book.note('a', 'vote', 'bad-signature', i * 10)).filter(({ isTold }) => isTold)
  expect(tellings).toEqual([{ isTold: true, times: 1 }, { isTold: true, times: 1000 }, { isTold: true, times: 1000 }])
  expect(book.note('a', 'vote', 'unreadable', 0)).toEqual({ isTold: true, times: 1 })
  expect(book.counts()).toEqual([
    { peer: 'a', type: 'vote', reason: 'bad-signature', count: 2500 }, { peer: 'a', type: 'vote', reason: 'unreadable', count: 1 }])
})

test('reasons without end fill no memory, and none is lost from the total', () => {
  const book = createRefusalBook()
  for (let i = 0; i < 10_000; i++) book.note('a', 'vote', `reason ${i}`, 0)
  const counts = book.counts()
  expect(counts.length).toBeLessThan(100)
  expect(counts.find(({ reason }) => reason === 'other')?.count).toBe(10_000 - (counts.length - 1))
  expect(book.total).toBe(10_000)
})
