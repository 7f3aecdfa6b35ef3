import { describe, expect, test } from 'vitest'
import { BUDGETS } from './flood-gate.js'
import { createPeerGuard, type GuardOptions, type Refusal } from './peer-guard.js'

const FORGED: Refusal = { type: 'vote', reason: 'bad-signature', offence: 'forged' }

function setUp(options: Partial<GuardOptions> = {}) {
  const time = { ms: 0 }
  const cut: string[] = []
  const guard = createPeerGuard({ peers: new Set(['a', 'b']), now: () => time.ms, onCut: (peer) => cut.push(peer), ...options })
  const lie = (peer: string, times: number): void => { for (let i = 0; i < times; i++) guard.refuse(peer, FORGED) }
  return { guard, time, cut, lie }
}

describe('the guard', () => {
  test('a liar is cut off once and not read meanwhile; others are', () => {
    const { guard, cut, lie } = setUp()
    lie('a', 20)
    expect(cut).toEqual(['a'])
    expect(guard.isPaused('a')).toBe(true)
    expect(guard.admits('a', 'votes', 100)).toBe(false)
    expect(guard.admits('b', 'votes', 100)).toBe(true)
    expect(guard.refusals()).toEqual([{ peer: 'a', type: 'vote', reason: 'bad-signature', count: 20 }])
  })

  test('after its pause it is heard again, and the next pause is longer', () => {
    const { guard, time, cut, lie } = setUp()
    lie('a', 5)
    time.ms = 5_000
    expect(guard.admits('a', 'votes', 100)).toBe(true)
    lie('a', 5)
    time.ms = 14_999
    expect(guard.isPaused('a')).toBe(true)
    expect(guard.standings()).toEqual([{ peer: 'a', points: 0, pauses: 2, pausedForMs: 1 }])
    time.ms = 15_000
    expect(guard.isPaused('a')).toBe(false)
    expect(cut).toEqual(['a', 'a'])
  })

  test('refusals without an offence are counted and cost nothing', () => {
    const { guard } = setUp()
    for (let i = 0; i < 100_000; i++) guard.refuse('a', { type: 'proposal', reason: 'view-long-past', offence: undefined })
    expect(guard.standings()).toEqual([])
    expect(guard.refusals()).toEqual([{ peer: 'a', type: 'proposal', reason: 'view-long-past', count: 100_000 }])
  })

  test('a flood is dropped, counted, and cut off when it goes on', () => {
    const { guard, cut } = setUp()
    const { burst } = BUDGETS.votes
    for (let i = 0; i < burst; i++) expect(guard.admits('a', 'votes', 100)).toBe(true)
    for (let i = 0; i < 99; i++) expect(guard.admits('a', 'votes', 100)).toBe(false)
    expect(cut).toEqual([])
    guard.admits('a', 'votes', 100)
    expect(cut).toEqual(['a'])
    expect(guard.refusals()).toEqual([{ peer: 'a', type: 'votes', reason: 'flood', count: 100 }])
  })

  test('those who are no peers are neither heard nor remembered', () => {
    const { guard, cut, lie } = setUp()
    lie('stranger', 100)
    expect(guard.admits('stranger', 'votes', 1)).toBe(false)
    expect(guard.refusals()).toEqual([])
    expect(cut).toEqual([])
  })

  test('with the limit out of reach everything is counted and nobody is cut off', () => {
    const { guard, cut, lie } = setUp({ policy: { cutAtPoints: Infinity }, isFloodLimited: false })
    lie('a', 10_000)
    for (let i = 0; i < 100_000; i++) guard.admits('a', 'votes', 100)
    expect(cut).toEqual([])
    expect(guard.refusals()).toEqual([{ peer: 'a', type: 'vote', reason: 'bad-signature', count: 10_000 }])
  })
})
