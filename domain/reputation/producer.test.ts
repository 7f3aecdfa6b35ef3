import { expect, test } from 'vitest'
import { REJECT_CODES, type RejectCode } from '../reject-codes.js'
import { PRODUCER_WEIGHTS, producerReputation } from './producer.js'

test('a new producer and one that only ever committed are fully trusted', () => {
  expect(producerReputation({ committed: 0, refused: {} })).toBe(100)
  expect(producerReputation({ committed: 1e9, refused: {} })).toBe(100)
})

test('what a stranger can cause never costs the named producer anything', () => {
  const strangers: readonly RejectCode[] = ['INVALID_SIGNATURE', 'UNKNOWN_PRODUCER', 'TOO_LARGE', 'SKEW', 'REPLAY', 'DUPLICATE', 'UNKNOWN_REFERENCE']
  for (const code of strangers) expect(producerReputation({ committed: 0, refused: { [code]: 1_000_000 } })).toBe(100)
  expect(REJECT_CODES.filter((code) => PRODUCER_WEIGHTS[code] === 0).sort()).toEqual([...strangers].sort())
})

test('what only the producer can cause costs, more the more often, and good messages make up for it', () => {
  const scores = [1, 5, 100].map((HASH_MISMATCH) => producerReputation({ committed: 0, refused: { HASH_MISMATCH } }))
  expect(scores).toEqual([50, 16, 0])
  expect(producerReputation({ committed: 990, refused: { HASH_MISMATCH: 1 } })).toBe(99)
})

test('false positives cost less than lies, and never everything while most detections are right', () => {
  expect(producerReputation({ committed: 10, refused: {}, falsePositives: 1 })).toBe(90)
  expect(producerReputation({ committed: 10, refused: { HASH_MISMATCH: 1 } })).toBe(66)
  expect(producerReputation({ committed: 1000, refused: {}, falsePositives: 1000 })).toBe(33)
})
