import { describe, expect, test } from 'vitest'
import type { Block } from '../../domain/block.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import { freshTx } from './testing/local-network.js'
import { createProposalForm } from './proposal-form.js'

const transactions = Array.from({ length: 30 }, (_, n) => freshTx(n))
const block = (n: number, count = 30): Block => ({ hash: n.toString(16).padStart(64, '0'), transactions: transactions.slice(0, count) }) as unknown as Block
const PEERS = ['a', 'b', 'c', 'd'] as ValidatorId[]
const hashOf = (n: number): BlockHash => block(n).hash

describe('of five validators, the leader\'s proposal', () => {
  test('names its transactions while the others have them, and repeats them where there are few', () => {
    const form = createProposalForm(4)
    expect([form.mayName(block(1)), form.mayName(block(2, 3)), form.mayName(block(3))]).toEqual([true, false, true])
  })

  test('repeats them for a while after most of the others lacked most of the last, and then tries names again', () => {
    const form = createProposalForm(4)
    const next = (n: number): boolean => form.mayName(block(n))
    next(1)
    for (const peer of PEERS.slice(0, 3)) form.asked(peer, hashOf(1), 16)
    expect(Array.from({ length: 10 }, (_, n) => next(2 + n))).toEqual([...Array.from({ length: 8 }, () => false), true, true])
  })

  test.each<[string, readonly (readonly [peer: number, block: number, count: number])[]]>([
    ['of two others', [[0, 1, 30], [1, 1, 30]]],
    ['of one, however often', [[0, 1, 30], [0, 1, 30], [0, 1, 30]]],
    ['for a few', [[0, 1, 15], [1, 1, 15], [2, 1, 15], [3, 1, 15]]],
    ['for those of an older block', [[0, 0, 30], [1, 0, 30], [2, 0, 30]]],
  ])('is not changed by questions %s', (_, questions) => {
    const form = createProposalForm(4)
    form.mayName(block(0))
    form.mayName(block(1))
    for (const [peer, of, count] of questions) form.asked(PEERS[peer] as ValidatorId, hashOf(of), count)
    expect(form.mayName(block(2))).toBe(true)
  })
})
