import { describe, expect, test } from 'vitest'
import { blame, cleanScore, isPaused, OFFENCE_POINTS, pointsAt, SCORE_POLICY, type Offence, type PeerScore } from './peer-score.js'

const policy = SCORE_POLICY
/** Blames until the peer is cut off, one offence at `nowMs` after the other. */
function cutOff(score: PeerScore, offence: Offence, nowMs: number): { score: PeerScore; offences: number } {
  let now = score
  let offences = 0
  while (!isPaused(now, nowMs)) {
    now = blame(now, offence, nowMs, policy)
    offences += 1
  }
  return { score: now, offences }
}

describe('a peer score', () => {
  test('each offence cuts off after as many as its points say', () => {
    for (const [offence, points] of Object.entries(OFFENCE_POINTS)) {
      expect(cutOff(cleanScore(0), offence as Offence, 0).offences, offence).toBe(Math.ceil(policy.cutAtPoints / points))
    }
  })

  test('points are halved with time, so that what happens now and then never adds up', () => {
    const one = blame(cleanScore(0), 'forged', 0, policy)
    expect(pointsAt(one, policy.halfLifeMs, policy)).toBe(OFFENCE_POINTS.forged / 2)
    let score = cleanScore(0)
    for (let minute = 0; minute < 10_000; minute++) score = blame(score, 'forged', minute * 60_000, policy)
    expect(isPaused(score, 10_000 * 60_000)).toBe(false)
  })

  test('pauses double up to the longest, and none is for ever', () => {
    let score = cleanScore(0)
    let now = 0
    const pauses: number[] = []
    for (let round = 0; round < 10; round++) {
      score = cutOff(score, 'forged', now).score
      pauses.push(score.pausedUntil - now)
      now = score.pausedUntil
      expect(isPaused(score, now)).toBe(false)
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300, 300].map((seconds) => seconds * 1000))
  })

  test('a peer that behaves for a while is trusted one step more each time', () => {
    let score = cleanScore(0)
    let now = 0
    for (let round = 0; round < 4; round++) {
      score = cutOff(score, 'forged', now).score
      now = score.pausedUntil
    }
    now += 3 * policy.forgiveAfterMs
    score = cutOff(score, 'forged', now).score
    expect(score.pausedUntil - now).toBe(10_000)
  })

  test('nothing that is said of a peer during its pause makes the pause longer', () => {
    const { score } = cutOff(cleanScore(0), 'forged', 0)
    expect(blame(score, 'oversized-frame', 1, policy)).toBe(score)
  })
})
