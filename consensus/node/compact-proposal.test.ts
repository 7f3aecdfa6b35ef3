import { describe, expect, test, vi } from 'vitest'
import { createBlock, encodeBlock, isConsistent } from '../../domain/block.js'
import { DecodeError } from '../../domain/bytes.js'
import { txOf } from '../../domain/execution/testing/network.js'
import type { TxId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { blockOn, idOf, proposalOf, root, set } from '../core/testing/forge.js'
import { decodeCompactProposal, encodeCompactProposal, isCompactProposal, isWorthCompacting } from './compact-proposal.js'
import { answerTransactions, decodeTransactionsAnswer, encodeTransactionsRequest } from './missing-transactions.js'
import { createRebuild, type RebuildPorts } from './rebuild-proposal.js'
import { encodeMessage } from '../core/messages.js'

const transactions = Array.from({ length: 30 }, (_, n) => txOf(n + 1))
const forgeBlock = (content: readonly Transaction[]) => blockOn(root, 1, { transactions: content })
const proposal = proposalOf(forgeBlock(transactions))
const { block } = proposal
const leader = block.header.proposer
const compact = decodeCompactProposal(encodeCompactProposal(proposal))

describe('a compact proposal', () => {
  test('is a tenth of the whole one and names the same block', () => {
    const bytes = encodeCompactProposal(proposal)
    expect(isCompactProposal(bytes)).toBe(true)
    expect(isCompactProposal(encodeMessage({ type: 'proposal', proposal }))).toBe(false)
    expect(bytes.length).toBeLessThan(encodeMessage({ type: 'proposal', proposal }).length / 5)
    expect(compact.hash).toBe(block.hash)
    expect(compact.txIds).toEqual(transactions.map(({ id }) => id))
  })

  test('has one encoding, and none that is cut short or goes on', () => {
    const bytes = encodeCompactProposal(proposal)
    for (const length of [1, 100, bytes.length - 65, bytes.length - 1]) expect(() => decodeCompactProposal(bytes.slice(0, length))).toThrow(DecodeError)
    expect(() => decodeCompactProposal(Uint8Array.of(...bytes, 0))).toThrow(DecodeError)
  })

  test('is used where it saves something', () => {
    expect(isWorthCompacting(forgeBlock([]))).toBe(false)
    expect(isWorthCompacting(forgeBlock(transactions.slice(0, 19)))).toBe(false)
    expect(isWorthCompacting(forgeBlock(transactions.slice(0, 20)))).toBe(true)
    const large = { ...transactions[0] as Transaction, bytes: new Uint8Array(20_000) }
    expect(isWorthCompacting({ ...block, transactions: [large] })).toBe(true)
  })
})

describe('a proposal made whole', () => {
  const poolOf = (held: readonly Transaction[]) => (id: TxId) => held.find((tx) => tx.id === id)
  const create = (changes: Partial<RebuildPorts> = {}) => {
    const ports = {
      set, verify: createVerifier(), find: poolOf(transactions),
      request: vi.fn((_: unknown, question: Uint8Array) => Promise.resolve(answerTransactions({ blockByHash: () => block }, question))),
      onRefused: vi.fn(), onLie: vi.fn(), ...changes,
    } satisfies RebuildPorts
    return { ports, ...createRebuild(ports) }
  }

  test('comes out of the pool alone, at once, and is the block that was proposed', () => {
    const { ports, rebuild } = create()
    const message = rebuild(leader, compact)
    expect(message).toEqual({ type: 'proposal', proposal })
    expect(ports.request).not.toHaveBeenCalled()
  })

  test('asks its sender for exactly what is missing', async () => {
    const { ports, rebuild, status } = create({ find: poolOf(transactions.filter((_, i) => i % 10 !== 3)) })
    const message = await rebuild(leader, compact)
    expect(message?.type === 'proposal' && encodeBlock(message.proposal.block)).toEqual(encodeBlock(block))
    expect(ports.request).toHaveBeenCalledWith(leader, encodeTransactionsRequest(block.hash, [3, 13, 23]))
    expect(status()).toEqual({ rebuilt: 0, fetched: 1, missingTransactions: 3 })
  })

  test.each([
    ['other transactions', (question: Uint8Array) => answerTransactions({ blockByHash: () => forgeBlock(Array.from({ length: 30 }, (_, n) => txOf(n + 500))) }, question)],
    ['fewer than were asked for', () => answerTransactions({ blockByHash: () => block }, encodeTransactionsRequest(block.hash, [0]))],
    ['nonsense', () => new Uint8Array(50).fill(7)],
  ])('is dropped, and its sender blamed, when the answer is %s', async (_, answer) => {
    const { ports, rebuild } = create({ find: () => undefined, request: async (__, question) => answer(question) })
    expect(await rebuild(leader, compact)).toBeUndefined()
    expect(ports.onLie).toHaveBeenCalledTimes(1)
  })

  test('is dropped without blame when no answer comes', async () => {
    const { ports, rebuild } = create({ find: () => undefined, request: () => Promise.reject(new Error('timed out')) })
    expect(await rebuild(leader, compact)).toBeUndefined()
    expect(ports.onRefused).toHaveBeenCalledWith(leader, 'transactions-missing')
    expect(ports.onLie).not.toHaveBeenCalled()
  })

  test('costs no question when its proposer has not signed it', () => {
    const { ports, rebuild } = create({ find: () => undefined })
    expect(rebuild(leader, { ...compact, signature: new Uint8Array(64) })).toBeUndefined()
    expect(ports.onRefused).toHaveBeenCalledWith(leader, 'bad-signature')
    expect(ports.request).not.toHaveBeenCalled()
  })

  test('costs a peer no more than two questions at a time', async () => {
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => { answer = resolve })
    const { ports, rebuild } = create({ find: () => undefined, request: async (_, question) => { await held; return answerTransactions({ blockByHash: () => block }, question) } })
    const asked = [rebuild(leader, compact), rebuild(leader, compact)]
    expect(rebuild(leader, compact)).toBeUndefined()
    expect(ports.onRefused).toHaveBeenCalledWith(leader, 'too-many-open-requests')
    expect(rebuild(idOf(3), compact)).toBeInstanceOf(Promise)
    answer()
    expect((await Promise.all(asked)).every((message) => message?.type === 'proposal')).toBe(true)
    expect(await rebuild(leader, compact)).toBeDefined()
  })

  test('does not agree with its header when another transaction stands in the place of one', () => {
    const { rebuild } = create({ find: (id) => (id === transactions[4]?.id ? transactions[5] : poolOf(transactions)(id)) })
    const message = rebuild(leader, compact)
    expect(message !== undefined && !(message instanceof Promise) && message.type === 'proposal' && isConsistent(message.proposal.block)).toBe(false)
    expect(isConsistent(createBlock({ ...block.header, justify: block.justify, transactions }))).toBe(true)
  })
})

describe('a question for transactions', () => {
  test.each([
    ['a block that is not here', encodeTransactionsRequest(block.hash, [0]), undefined],
    ['a place behind the last', encodeTransactionsRequest(block.hash, [30]), block],
    ['one place twice', encodeTransactionsRequest(block.hash, [1, 1]), block],
    ['nothing readable', new Uint8Array(3), block],
  ])('about %s gets no answer', (_, question, held) => {
    expect(() => answerTransactions({ blockByHash: () => held }, question)).toThrow(DecodeError)
  })
  test('is answered in the order of the places', () => {
    const answer = answerTransactions({ blockByHash: () => block }, encodeTransactionsRequest(block.hash, [2, 7]))
    expect(decodeTransactionsAnswer(answer, [transactions[2]!.id, transactions[7]!.id])).toEqual([transactions[2], transactions[7]])
    expect(() => decodeTransactionsAnswer(answer, [transactions[7]!.id, transactions[2]!.id])).toThrow(DecodeError)
  })
})
