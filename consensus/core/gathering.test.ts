import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { txOf } from '../../domain/execution/testing/network.js'
import { asView } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { longestGatheringMs } from './gathering.js'
import type { Effect } from './protocol.js'
import { blockOn, proposalOf, qcOf, root, tcOf, voteOf } from './testing/forge.js'
import { createCluster } from './testing/cluster.js'
import { createOneCore, timersIn, type OneCore } from './testing/one-core.js'

const proposalsIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'proposal' ? [effect.message.proposal.block] : []))
const waitsIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'set-gathering-timer' ? [effect] : []))

const ROUND_MS = 10
/** Of the views of these tests, which last a second. */
const LONGEST_MS = longestGatheringMs(1000)

type Before = { readonly roundMs?: number; readonly count?: number; readonly transactions?: readonly Transaction[] }

/** Validator `self` has voted for a block of `count` transactions in view 1 and for the empty one that makes it final; more wait. */
function afterTwoBlocks(self: number, { roundMs = ROUND_MS, count = 1, transactions = Array.from({ length: count }, (_, i) => txOf(i)) }: Before = {}) {
  const core = createOneCore(self)
  const b1 = blockOn(root, 1, { transactions })
  const b2 = blockOn(b1, 2)
  core.start()
  core.propose(proposalOf(b1))
  core.now += roundMs
  core.propose(proposalOf(b2))
  core.now += roundMs
  core.pool.push(txOf(1000))
  const certify = (voters: readonly number[]): readonly Effect[] => voters.flatMap((voter) => core.hear({ type: 'vote', vote: voteOf(voter, b2) }, voter))
  return { core, b2, certify }
}

function leaderOfView3(options: Before = {}): { core: OneCore; certify: () => readonly Effect[] } {
  const { core, certify } = afterTwoBlocks(3, options)
  return { core, certify: () => certify([0, 1, 2]) }
}

describe('a leader lets transactions gather', () => {
  test('until the last block with some is eight rounds ago, and sets one timer for that', () => {
    const { core, certify } = leaderOfView3()
    const effects = certify()
    expect(core.committed.map(({ block }) => block.header.height)).toEqual([1])
    expect(proposalsIn(effects)).toEqual([])
    expect(waitsIn(effects)).toEqual([{ type: 'set-gathering-timer', view: 3, delayMs: 6 * ROUND_MS }])
    core.now += 20
    core.pool.push(txOf(1001))
    const more = core.submit({ type: 'transactions-available' })
    expect([proposalsIn(more), waitsIn(more)]).toEqual([[], []])
    core.now += 40
    expect(proposalsIn(core.submit({ type: 'gathered', view: asView(3) })).map(({ transactions }) => transactions.length)).toEqual([2])
  })

  test('and proposes when it has waited, whatever its clock says meanwhile', () => {
    const { core, certify } = leaderOfView3()
    certify()
    core.now -= 600_000
    expect(proposalsIn(core.submit({ type: 'gathered', view: asView(2) }))).toEqual([])
    expect(proposalsIn(core.submit({ type: 'gathered', view: asView(3) }))).toHaveLength(1)
  })

  test('for a moment at most, and not at all where rounds take longer than that', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), (roundMs) => {
      const effects = leaderOfView3({ roundMs }).certify()
      const waitMs = Math.max(0, Math.min(LONGEST_MS, 8 * roundMs) - 2 * roundMs)
      expect(waitsIn(effects).map(({ delayMs }) => delayMs)).toEqual(waitMs > 0 ? [waitMs] : [])
      expect(proposalsIn(effects)).toHaveLength(waitMs > 0 ? 0 : 1)
    }), { numRuns: 30 })
  })

  test('not when the last block was full: more waits than it could carry', () => {
    const { certify } = leaderOfView3({ count: 100 })
    expect(proposalsIn(certify())).toHaveLength(1)
    const large = (count: number) => ({ transactions: Array.from({ length: count }, (_, i) => txOf(i, { payload: utf8ToBytes(JSON.stringify({ severity: 7, confidence: 0.5, fill: 'x'.repeat(100_000) })) })) })
    expect(proposalsIn(leaderOfView3(large(10)).certify())).toHaveLength(1)
    expect(proposalsIn(leaderOfView3(large(9)).certify())).toHaveLength(0)
  })

  test('not when the block before it was full, and takes what that one has not', () => {
    // Validator 2 leads view 2, and a block has room for 100.
    const core = createOneCore(2)
    const full = blockOn(root, 1, { transactions: Array.from({ length: 100 }, (_, i) => txOf(i)) })
    core.pool.push(...full.transactions, txOf(1000))
    core.start()
    core.propose(proposalOf(full))
    core.now += ROUND_MS
    const effects = [0, 1, 3].flatMap((voter) => core.hear({ type: 'vote', vote: voteOf(voter, full) }, voter))
    expect(proposalsIn(effects).map(({ transactions }) => transactions.map(({ id }) => id))).toEqual([[txOf(1000).id]])
  })

  test('not when a view was lost', () => {
    // Validator 4 leads view 4, which a timeout certificate opens.
    const { core, b2 } = afterTwoBlocks(4)
    const qc = qcOf(b2)
    expect(proposalsIn(core.hear({ type: 'timeout-certificate', tc: tcOf(3, [qc, qc, qc, qc]) }))).toHaveLength(1)
  })

  test('and others give its view that much more time', () => {
    const effects = afterTwoBlocks(0).certify([1, 2, 3])
    expect(timersIn(effects)).toEqual([1000 + 6 * ROUND_MS])
  })
})

test('a lone transaction waits for nobody, and neither does the block that makes it final', () => {
  const cluster = createCluster(4)
  for (const node of cluster.nodes) node.submitTx(txOf(1))
  // Proposal and votes, twice, of 5 ms each.
  cluster.run(20)
  expect(cluster.nodes.map(({ committed }) => committed.length)).toEqual([1, 1, 1, 1])
})

test('under a load blocks are few, and each transaction is final soon after it could gather', () => {
  const cluster = createCluster(4)
  for (let i = 0; i < 200; i++) {
    for (const node of cluster.nodes) node.submitTx(txOf(i))
    cluster.run(5)
  }
  cluster.run(LONGEST_MS + 21)
  const committed = cluster.nodes[0]?.committed ?? []
  expect(committed.flatMap(({ block }) => block.transactions)).toHaveLength(200)
  // Votes are 5 ms on their way to others, proposals as well to all but the leader: rounds of 5 and 10 ms.
  expect(committed.length).toBeLessThanOrEqual(2 * (1171 / 40))
})
