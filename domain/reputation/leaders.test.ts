import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterBlock, decodeLeaders, encodeLeaders, firstLeaders, jail, LEADER_RULES, scoresOf, type LeaderNews, type LeadersState } from './leaders.js'

const news = (changes: Partial<LeaderNews> = {}): LeaderNews => ({ proposer: undefined, failed: [], signers: [], commitsGrandparent: true, ...changes })
const after = (...blocks: readonly Partial<LeaderNews>[]): LeadersState => blocks.reduce((state, block) => afterBlock(state, news(block)), firstLeaders(4))

describe('what a block does to scores', () => {
  test('a healthy network keeps every score at its full value', () => {
    expect(scoresOf(after({ proposer: 1, signers: [0, 1, 2] }, { proposer: 2, signers: [1, 2, 3] }))).toEqual([100, 100, 100, 100])
  })

  test('a lost view leaves a tenth, two leave one in a hundred, and no failure takes the last point', () => {
    expect([1, 2, 3, 9].map((times) => scoresOf(after({ failed: Array.from({ length: times }, () => 2) }))[2])).toEqual([10, 1, 1, 1])
  })

  test('signing brings one point back, leading a block doubles what is left, and neither goes above the full score', () => {
    const low = { failed: [0] }
    expect(scoresOf(after(low, { signers: [0] }))[0]).toBe(11)
    expect(scoresOf(after(low, { proposer: 0 }))[0]).toBe(20)
    expect(scoresOf(after(low, ...Array.from({ length: 4 }, () => ({ proposer: 0 }))))[0]).toBe(100)
    expect(scoresOf(after(low, ...Array.from({ length: 90 }, () => ({ signers: [0] }))))[0]).toBe(100)
  })

  test('seven led blocks lead from the least score to the full one', () => {
    const least = after({ failed: [0, 0] })
    const scores = Array.from({ length: 7 }).reduce<LeadersState[]>((states) => [...states, afterBlock(states.at(-1) ?? least, news({ proposer: 0 }))], [])
    expect(scores.map((state) => scoresOf(state)[0])).toEqual([2, 4, 8, 16, 32, 64, 100])
  })

  test('failures and proposals are counted', () => {
    expect(after({ failed: [1, 1], proposer: 3 }, { proposer: 3 }).standings.map(({ failures, proposals }) => [failures, proposals])).toEqual([[0, 0], [2, 0], [0, 0], [0, 2]])
  })

  test('who is jailed stays at nothing, whatever it signs or leads', () => {
    const jailed = jail(firstLeaders(4), 2)
    expect(jailed.standings[2]).toMatchObject({ isJailed: true, score: 0, evidence: 1 })
    const later = [{ signers: [2] }, { proposer: 2 }, { failed: [2] }].reduce((state, block) => afterBlock(state, news(block)), jailed)
    expect(later.standings[2]).toMatchObject({ isJailed: true, score: LEADER_RULES.jailedScore, failures: 1, proposals: 1 })
  })

  test('names that are not in the set change nothing', () => {
    expect(after({ proposer: 9, failed: [7], signers: [8] }).standings).toEqual(firstLeaders(4).standings)
  })
})

describe('what elects', () => {
  test('scores elect two blocks later, when the block that made them is final', () => {
    const failed = after({ failed: [1] })
    expect(failed.elected).toEqual([100, 100, 100, 100])
    const child = afterBlock(failed, news())
    expect(child.elected).toEqual([100, 100, 100, 100])
    expect(afterBlock(child, news()).elected).toEqual([100, 10, 100, 100])
  })

  test('a block that commits nothing leaves the electing scores as they were, for as long as it takes', () => {
    const open = after({ failed: [1] }, ...Array.from({ length: 50 }, () => ({ commitsGrandparent: false, failed: [2] })))
    expect(open.elected).toEqual([100, 100, 100, 100])
    // The grandparent of the block that commits: every failure but the last one.
    expect(afterBlock(open, news()).elected).toEqual([100, 10, 1, 100])
  })
})

describe('the stored form', () => {
  test('gives back what was written, and its size does not depend on the history', () => {
    const index = fc.nat(3)
    const block = fc.record({ proposer: fc.option(index, { nil: undefined }), failed: fc.array(index, { maxLength: 8 }), signers: fc.array(index, { maxLength: 4 }), commitsGrandparent: fc.boolean() })
    fc.assert(fc.property(fc.array(block, { maxLength: 30 }), fc.option(index, { nil: undefined }), (blocks, offender) => {
      const state = offender === undefined ? after(...blocks) : jail(after(...blocks), offender)
      expect(decodeLeaders(encodeLeaders(state))).toEqual(state)
      expect(encodeLeaders(state)).toHaveLength(encodeLeaders(firstLeaders(4)).length)
    }), { numRuns: 100 })
  })

  test('scores above the full one, other flags and trailing bytes are refused', () => {
    const bytes = encodeLeaders(firstLeaders(1))
    for (const [at, value] of [[4, 101], [5, 2]] as const) expect(() => decodeLeaders(bytes.map((byte, i) => (i === at ? value : byte)))).toThrow(/leaders/)
    expect(() => decodeLeaders(Uint8Array.of(...bytes, 0))).toThrow(/trailing/)
  })
})
