import { expect, test } from 'vitest'
import { commitsParent, voteDataFor } from './commit-rule.js'
import { blockOn, root } from './testing/forge.js'

const b1 = blockOn(root, 1)

test('a block in the view after its parent commits the parent, and its votes say so', () => {
  const b2 = blockOn(b1, 2)
  expect(commitsParent(b2, b1)).toBe(true)
  expect(voteDataFor(b2, b1)).toMatchObject({ view: 2, height: 2, blockHash: b2.hash, parentView: 1, commit: { hash: b1.hash, height: 1 } })
})

test('consecutive heights are not enough: the views must be consecutive', () => {
  const late = blockOn(b1, 3)
  expect(late.header.height).toBe(b1.header.height + 1)
  expect(commitsParent(late, b1)).toBe(false)
  expect(voteDataFor(late, b1).commit).toBeUndefined()
})

test('consecutive views are not enough: the parent link must hold', () => {
  const stranger = blockOn(root, 1, { timestamp: b1.header.timestamp + 1 as never })
  expect(commitsParent(blockOn(b1, 2), stranger)).toBe(false)
})
