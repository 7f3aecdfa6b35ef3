import { describe, expect, test } from 'vitest'
import { blockOn, idOf, proposalOf, root, rootQc, tcOf } from './testing/forge.js'
import { createOneCore, fetchesIn, refusalsOf, votesIn } from './testing/one-core.js'

const b1 = blockOn(root, 1)
const b2 = blockOn(b1, 2)
const lost = tcOf(2, [rootQc, rootQc, rootQc, rootQc])

describe('the leaders that failed', () => {
  test('stand in the header, oldest first, and such a block gets a vote', () => {
    const late = blockOn(root, 3)
    expect(late.header.failedLeaders).toEqual([idOf(1), idOf(2)])
    expect(votesIn(createOneCore(0).propose(proposalOf(late, lost)))).toHaveLength(1)
  })

  test.each([['none', []], ['one of two', [idOf(2)]], ['another order', [idOf(2), idOf(1)]], ['somebody else', [idOf(1), idOf(4)]], ['one too many', [idOf(0), idOf(1), idOf(2)]]])(
    'are elected again by each voter: %s is refused', (_, failedLeaders) => {
      const core = createOneCore(0)
      expect(votesIn(core.propose(proposalOf(blockOn(root, 3, { failedLeaders }), lost)))).toEqual([])
      expect(refusalsOf(core)).toEqual(['wrong-failed-leaders'])
      expect(core.engine.status().treeSize).toBe(1)
    })

  test('of a long gap are the newest 2n', () => {
    const late = blockOn(root, 41)
    expect(late.header.failedLeaders).toHaveLength(10)
    expect(votesIn(createOneCore(0).propose(proposalOf(late, tcOf(40, [rootQc, rootQc, rootQc, rootQc]))))).toHaveLength(1)
  })
})

describe('whether a proposer leads is asked when its parent is known', () => {
  const intruder = blockOn(b1, 2, { proposer: idOf(3), timestamp: b2.header.timestamp + 1 as never })
  const core = () => {
    const behind = createOneCore(0)
    expect(fetchesIn(behind.propose(proposalOf(intruder, undefined, 3)))).toMatchObject([{ target: b1.hash }])
    return behind
  }

  test('one that does not lead is refused as soon as the parent is there', () => {
    const behind = core()
    behind.submit({ type: 'blocks', from: idOf(3), target: b1.hash, blocks: [b1] })
    expect(refusalsOf(behind)).toEqual(['not-the-leader'])
    expect(behind.engine.status().treeSize).toBe(2)
  })

  test('and does not push out the one that does, in either order', () => {
    for (const order of [[b2], [b2, intruder]]) {
      const behind = core()
      for (const block of order) behind.propose(proposalOf(block, undefined, block === b2 ? 2 : 3))
      expect(votesIn(behind.submit({ type: 'blocks', from: idOf(3), target: b1.hash, blocks: [b1] }))).toMatchObject([{ data: { blockHash: b2.hash } }])
    }
  })

  test('a member that signs for a view it does not lead takes nothing from the leader, once the parent is known', () => {
    const ahead = createOneCore(0)
    ahead.propose(proposalOf(b1))
    expect(votesIn(ahead.propose(proposalOf(intruder, undefined, 3)))).toEqual([])
    expect(votesIn(ahead.propose(proposalOf(b2)))).toHaveLength(1)
    expect(refusalsOf(ahead)).toEqual(['not-the-leader'])
  })
})
