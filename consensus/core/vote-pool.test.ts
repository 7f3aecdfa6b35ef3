import { describe, expect, test } from 'vitest'
import { asHeight, asView, type BlockHash } from '../../domain/ids.js'
import { verifyQc } from '../../domain/verify-certificate.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { blockOn, root, set, voteOf } from './testing/forge.js'
import { createVotePool } from './vote-pool.js'

const b1 = blockOn(root, 1)
const other = blockOn(root, 1, { timestamp: b1.header.timestamp + 1 as never })

describe('votes become a certificate', () => {
  test('at four of five, in any order, once, and it verifies', () => {
    const pool = createVotePool(set)
    for (const index of [4, 2, 0]) expect(pool.add(voteOf(index, b1)).kind).toBe('counted')
    const outcome = pool.add(voteOf(3, b1))
    if (outcome.kind !== 'certified') throw new Error(outcome.kind)
    expect(outcome.qc.signatures.map(({ index }) => index)).toEqual([0, 2, 3, 4])
    expect(verifyQc(outcome.qc, set, root.hash, verifySignature)).toEqual({ ok: true })
    expect(pool.add(voteOf(1, b1)).kind).toBe('counted')
  })

  test('never from one validator voting again and again', () => {
    const pool = createVotePool(set)
    pool.add(voteOf(0, b1))
    for (let i = 0; i < 9; i++) expect(pool.add(voteOf(0, b1)).kind).toBe('repeated')
  })

  test('never from votes that say different things of one block', () => {
    const pool = createVotePool(set)
    const lies = [{}, { height: asHeight(7) }, { parentView: asView(5) }, { commit: { hash: 'ab'.repeat(32) as BlockHash, height: asHeight(0) } }, { commit: undefined }]
    expect(lies.map((lie, index) => pool.add(voteOf(index, b1, lie)).kind)).toEqual(lies.map(() => 'counted'))
  })
})

describe('a double vote', () => {
  test('is shown once with both votes, and the second one does not count', () => {
    const pool = createVotePool(set)
    const [first, second] = [voteOf(0, b1), voteOf(0, other)]
    pool.add(first)
    expect(pool.add(second)).toEqual({ kind: 'double-vote', first, second })
    expect(pool.add(second).kind).toBe('repeated')
    for (const index of [1, 2, 3]) expect(pool.add(voteOf(index, other)).kind).toBe('counted')
    expect(pool.add(voteOf(4, other)).kind).toBe('certified')
  })

  test('a third, fourth, hundredth block of the same voter and view costs nothing', () => {
    const pool = createVotePool(set)
    pool.add(voteOf(0, b1))
    pool.add(voteOf(0, other))
    for (let height = 2; height < 100; height++) expect(pool.add(voteOf(0, b1, { height: asHeight(height) })).kind).toBe('repeated')
    expect(pool.size).toBe(1)
  })
})

test('pruning forgets the views below', () => {
  const pool = createVotePool(set)
  for (let view = 1; view <= 5; view++) pool.add(voteOf(0, b1, { view: asView(view) }))
  pool.prune(asView(4))
  expect(pool.size).toBe(2)
  expect(pool.add(voteOf(0, b1, { view: asView(4) })).kind).toBe('repeated')
})
