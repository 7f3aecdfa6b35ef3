import { describe, expect, test } from 'vitest'
import { createBlock, type Block, type BlockContent } from '../../domain/block.js'
import { BLOCK_TIME, genesis, txOf } from '../../domain/execution/testing/network.js'
import { executeBlock } from '../../domain/execution/execute.js'
import { asHeight, asMillis, asView, type BlockHash, type ChainId, type StateRoot } from '../../domain/ids.js'
import { checkForVote, checkLink, executeAndCompare, MAX_BLOCK_DRIFT_MS, type VoteRules } from './validate-block.js'
import { blockOn, initialNodes, qcOf, root, set } from './testing/forge.js'

const parent = blockOn(root, 3, { transactions: [txOf(1)] })
const good = blockOn(parent, 4, { transactions: [txOf(2), txOf(3)] })
const remade = (changes: Partial<BlockContent>): Block => createBlock({ ...good.header, justify: good.justify, transactions: good.transactions, ...changes })
const linkFault = (block: Block): string => {
  const check = checkLink(block, parent, set.chainId)
  return check.ok ? 'none' : check.fault
}

describe('the link to the parent', () => {
  test('a right block has no fault', () => expect(linkFault(good)).toBe('none'))

  test.each<[string, Block]>([
    ['wrong-chain', remade({ chainId: 'ee'.repeat(32) as ChainId })],
    ['content-not-bound', { ...good, transactions: [...good.transactions].reverse() }],
    ['content-not-bound', { ...good, transactions: good.transactions.slice(1) }],
    ['content-not-bound', { ...good, justify: qcOf(parent, [1, 2, 3, 4]) }],
    ['parent-mismatch', remade({ parentHash: root.hash })],
    ['parent-mismatch', remade({ justify: qcOf(root) })],
    ['parent-mismatch', remade({ justify: { ...good.justify, data: { ...good.justify.data, view: asView(2) } } })],
    ['parent-mismatch', remade({ justify: { ...good.justify, data: { ...good.justify.data, height: asHeight(9) } } })],
    ['parent-mismatch', remade({ justify: { ...good.justify, data: { ...good.justify.data, blockHash: 'ab'.repeat(32) as BlockHash } } })],
    ['height-gap', remade({ height: asHeight(3) })],
    ['height-gap', remade({ height: asHeight(1) })],
    ['view-not-above-parent', remade({ view: asView(3) })],
    ['time-before-parent', remade({ timestamp: asMillis(BLOCK_TIME - 1) })],
  ])('%s', (fault, block) => expect(linkFault(block)).toBe(fault))
})

test('the hash binds every field of the header and every transaction in its place', () => {
  const variants: Partial<BlockContent>[] = [
    { chainId: 'ee'.repeat(32) as ChainId }, { epoch: 1 as never }, { view: asView(5) }, { height: asHeight(5) }, { parentHash: root.hash },
    { receiptsRoot: 'ab'.repeat(32) as never }, { stateRoot: 'ab'.repeat(32) as StateRoot }, { proposer: 'ab'.repeat(32) as never },
    { timestamp: asMillis(BLOCK_TIME + 1) }, { justify: qcOf(parent, [1, 2, 3, 4]) }, { transactions: [] },
    { transactions: [...good.transactions].reverse() }, { transactions: [txOf(2), txOf(2)] },
  ]
  expect(new Set([good, ...variants.map(remade)].map(({ hash }) => hash)).size).toBe(variants.length + 1)
  expect(remade({}).hash).toBe(good.hash)
})

describe('execution', () => {
  const onRoot = blockOn(root, 1, { transactions: [txOf(5)] })
  const compare = (block: Block) => executeAndCompare(block, root, { get: (hash) => initialNodes.get(hash) }, (input) => executeBlock({ ...input, genesis }))

  test('agrees with a right block', () => expect(compare(onRoot)).toMatchObject({ ok: true, execution: { stateRoot: onRoot.header.stateRoot } }))
  test('another state root is a fault', () => {
    expect(compare({ ...onRoot, header: { ...onRoot.header, stateRoot: 'ab'.repeat(32) as StateRoot } })).toEqual({ ok: false, fault: 'state-root-differs' })
  })
  test('another receipts root is a fault', () => {
    expect(compare({ ...onRoot, header: { ...onRoot.header, receiptsRoot: 'ab'.repeat(32) as never } })).toEqual({ ok: false, fault: 'receipts-root-differs' })
  })
})

describe('what only a vote asks', () => {
  const rules: VoteRules = { limits: { ...genesis.limits, blockTxs: 2 }, checkTransaction: () => ({ ok: true }), now: BLOCK_TIME, parent: { parentRoot: parent.header.stateRoot, nodes: initialNodes } }
  const fault = (block: Block, changes: Partial<VoteRules> = {}): string => {
    const check = checkForVote(block, { ...rules, ...changes })
    return check.ok ? 'none' : check.fault
  }

  test('a right block gets its vote', () => expect(fault(good)).toBe('none'))
  test('a clock thirty seconds off is allowed, a millisecond more is not', () => {
    for (const sign of [-1, 1]) {
      expect(fault(good, { now: asMillis(BLOCK_TIME + sign * MAX_BLOCK_DRIFT_MS) })).toBe('none')
      expect(fault(good, { now: asMillis(BLOCK_TIME + sign * (MAX_BLOCK_DRIFT_MS + 1)) })).toBe('time-not-now')
    }
  })
  test('too many and too large', () => {
    expect(fault(blockOn(parent, 4, { transactions: [txOf(2), txOf(3), txOf(4)] }))).toBe('too-many-transactions')
    const sizeBytes = good.transactions.reduce((sum, tx) => sum + tx.bytes.length, 0)
    expect(fault(good, { limits: { ...rules.limits, blockBytes: sizeBytes } })).toBe('none')
    expect(fault(good, { limits: { ...rules.limits, blockBytes: sizeBytes - 1 } })).toBe('too-large')
  })
  test('the same transaction twice', () => expect(fault(blockOn(parent, 4, { transactions: [txOf(2), txOf(2)] }))).toBe('transaction-twice'))
  test('every transaction is checked at the block time, and its code is named', () => {
    const times: number[] = []
    const block = blockOn(parent, 4, { transactions: [txOf(2), txOf(3)], timestamp: asMillis(BLOCK_TIME + 7) })
    const checkTransaction: VoteRules['checkTransaction'] = (tx, blockTime) => {
      times.push(blockTime)
      return tx.id === txOf(3).id ? { ok: false, code: 'INVALID_SIGNATURE' } : { ok: true }
    }
    expect(fault(block, { checkTransaction })).toBe('transaction-INVALID_SIGNATURE')
    expect(times).toEqual([BLOCK_TIME + 7, BLOCK_TIME + 7])
  })
})
