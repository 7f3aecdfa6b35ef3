import fc from 'fast-check'
import { expect, test } from 'vitest'
import { txOf } from '../../domain/execution/testing/network.js'
import { firstRoom, roomAfterCommit, roomAfterLostView } from './block-room.js'
import { rootQc, tcOf } from './testing/forge.js'
import { createOneCore } from './testing/one-core.js'

test('room never exceeds what genesis allows and never vanishes, whatever happens', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.boolean(), { maxLength: 300 }), (blockTxs, commits) => {
    let room = firstRoom({ blockTxs })
    for (const isCommit of commits) {
      room = isCommit ? roomAfterCommit(room, { blockTxs }) : roomAfterLostView(room)
      expect(room).toBeGreaterThanOrEqual(Math.min(16, blockTxs))
      expect(room).toBeLessThanOrEqual(blockTxs)
    }
  }))
})

test('one leader of five that is away leaves nearly all of it', () => {
  let room = 100
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 4; i++) room = roomAfterCommit(room, { blockTxs: 500 })
    room = roomAfterLostView(room)
  }
  expect(room).toBeGreaterThanOrEqual(50)
})

test('commits without a lost view come to all that genesis allows', () => {
  let room = 16
  for (let i = 0; i < 500; i++) room = roomAfterCommit(room, { blockTxs: 500 })
  expect(room).toBe(500)
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
