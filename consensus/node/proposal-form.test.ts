import { describe, expect, test } from 'vitest'
import type { Block } from '../../domain/block.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import { freshTx } from './testing/local-network.js'
import { createProposalForm } from './proposal-form.js'

const transactions = Array.from({ length: 30 }, (_, n) => freshTx(n))
const block = (n: number, count = 30): Block => ({ hash: n.toString(16).padStart(64, '0'), transactions: transactions.slice(0, count) }) as unknown as Block
const hashOf = (n: number): BlockHash => block(n).hash
const [a, b] = ['a', 'b'] as [ValidatorId, ValidatorId]

describe('a leader\'s proposal', () => {
  test('names its transactions, and repeats them where there are few', () => {
    const form = createProposalForm()
    expect([form.mayName(a, block(1)), form.mayName(a, block(2, 3)), form.mayName(a, block(3))]).toEqual([true, false, true])
  })

  test('repeats them for a while to a validator that lacked much of the last, and then tries names again', () => {
    const form = createProposalForm()
    const next = (to: ValidatorId, n: number): boolean => form.mayName(to, block(n))
    expect([next(a, 1), next(b, 1)]).toEqual([true, true])
    form.asked(a, hashOf(1), 8)
    expect(Array.from({ length: 10 }, (_, n) => next(a, 2 + n))).toEqual([...Array.from({ length: 8 }, () => false), true, true])
    expect(Array.from({ length: 10 }, (_, n) => next(b, 2 + n))).toEqual(Array.from({ length: 10 }, () => true))
  })

  test.each<[string, BlockHash, number]>([['for a few', hashOf(1), 7], ['for those of an older block', hashOf(0), 30]])('is not changed by questions %s', (_, hash, count) => {
    const form = createProposalForm()
    form.mayName(a, block(0))
    form.mayName(a, block(1))
    form.asked(a, hash, count)
    expect(form.mayName(a, block(2))).toBe(true)
  })
})
