import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block } from '../../domain/block.js'
import { txOf } from '../../domain/execution/testing/network.js'
import { asMillis } from '../../domain/ids.js'
import { firstRoom, isSlowRound, roomAfterCommit, roomAfterLostView } from './block-room.js'
import type { Effect } from './protocol.js'
import { blockOn, proposalOf, root, rootQc, tcOf, voteOf } from './testing/forge.js'
import { createOneCore } from './testing/one-core.js'

test('room never exceeds what genesis allows and never vanishes, whatever happens', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.constantFrom('commit', 'slow commit', 'lost view'), { maxLength: 300 }), (blockTxs, events) => {
    let room = firstRoom({ blockTxs })
    for (const event of events) {
      room = event === 'lost view' ? roomAfterLostView(room) : roomAfterCommit(room, { blockTxs }, event === 'slow commit')
      expect(room).toBeGreaterThanOrEqual(Math.min(16, blockTxs))
      expect(room).toBeLessThanOrEqual(blockTxs)
    }
  }))
})

test('one leader of five that is away leaves nearly all of it', () => {
  let room = 100
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 4; i++) room = roomAfterCommit(room, { blockTxs: 500 }, false)
    room = roomAfterLostView(room)
  }
  expect(room).toBeGreaterThanOrEqual(50)
})

test('commits without a lost view come to all that genesis allows', () => {
  let room = 16
  for (let i = 0; i < 500; i++) room = roomAfterCommit(room, { blockTxs: 500 }, false)
  expect(room).toBe(500)
})

test('commits of slow blocks take back what is above the steady room, and no more', () => {
  let room = 400
  for (let i = 0; i < 5; i++) room = roomAfterCommit(room, { blockTxs: 500 }, true)
  expect(room).toBeLessThan(250)
  for (let i = 0; i < 50; i++) room = roomAfterCommit(room, { blockTxs: 500 }, true)
  expect(room).toBe(100)
  expect(roomAfterCommit(16, { blockTxs: 500 }, true)).toBe(20)
  expect([undefined, 499, 501].map((ms) => isSlowRound(ms, 2000))).toEqual([false, false, true])
})

test('a leader proposes as much as it has room for, and half of it after a view was lost', () => {
  // Validator 2 leads view 2, which a timeout certificate opens.
  const core = createOneCore(2)
  core.pool.push(...Array.from({ length: 130 }, (_, i) => txOf(i)))
  core.start()
  const lost = core.hear({ type: 'timeout-certificate', tc: tcOf(1, [rootQc, rootQc, rootQc, rootQc]) })
  const blocks = lost.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'proposal' ? [effect.message.proposal.block] : []))
  expect(blocks.map(({ transactions }) => transactions.length)).toEqual([firstRoom({ blockTxs: 500 }) / 2])
})

test.each([[100, 104], [400, 100]])('when the own block was certified after %i ms of views that last a second, the next of a waiting crowd has %i transactions', (roundMs, expected) => {
  const core = createOneCore(1)
  core.pool.push(...Array.from({ length: 300 }, (_, i) => txOf(i)))
  const proposed = (effects: readonly Effect[]): Block[] =>
    effects.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'proposal' ? [effect.message.proposal.block] : []))
  const voteFor = (block: Block): readonly Effect[] => [0, 2, 3].flatMap((voter) => core.hear({ type: 'vote', vote: voteOf(voter, block) }, voter))
  const [own] = proposed(core.start()) as [Block]
  // Forged again for its state.
  let parent = blockOn(root, 1, { transactions: own.transactions, timestamp: own.header.timestamp })
  expect([own.transactions.length, parent.hash]).toEqual([100, own.hash])
  core.now += roundMs
  voteFor(own)
  const last: Block[] = []
  for (let view = 2; view < 6; view++) {
    const next = blockOn(parent, view, { timestamp: asMillis(core.now) })
    core.propose(proposalOf(next))
    last.splice(0, last.length, ...proposed(voteFor(next)))
    parent = next
  }
  expect(last.map(({ transactions }) => transactions.length)).toEqual([expected])
})
