/** The loop replayed: verdicts come in, curves go out, and what an attacker does to it. */
import { describe, expect, test } from 'vitest'
import { mulberry } from '../../platform/testing/mulberry.js'
import { calibrate, recallOf, type Rules } from './calibrate.js'
import { errorDrift, sinceChange } from './drift.js'
import { examplesOf, type Example } from './example.js'
import { metricsOf } from './metrics.js'
import { attacksOf, detections } from './testing/detections.js'
import { denied, FIRST, golden, judgedRow, measured, replay, rules, SCENARIOS } from './testing/experiment.js'

const HOUR = 3_600_000

describe('a thousand honest verdicts', () => {
  const { standing, outcomes } = replay(detections(mulberry(1), 1000))

  test('make probabilities mean what they say: ECE at most .02, Brier three times better on what comes later', () => {
    const { ece, brierGain } = measured({ standing, outcomes })
    expect(ece).toBeLessThanOrEqual(0.02)
    expect(brierGain).toBeGreaterThanOrEqual(3)
    expect(outcomes.some(({ kind }) => kind === 'changed')).toBe(true)
  })
  test('keep nearly all golden attacks above the threshold', () => {
    expect(recallOf(standing.curve, standing.threshold, golden)).toBeGreaterThanOrEqual(rules.recallFloor)
  })
})

describe('whatever is done to the verdicts', () => {
  const baseline = measured(replay(detections(mulberry(1), 1000)))

  test.each(SCENARIOS)('golden recall stays above its floor, and every refusal has its reason: $name', ({ examples }) => {
    const { standing, outcomes } = replay(examples())
    const { goldenRecall, brierGain } = measured({ standing, outcomes })
    expect(goldenRecall).toBeGreaterThanOrEqual(rules.recallFloor)
    // Nobody makes probabilities worse than they were.
    expect(brierGain).toBeGreaterThanOrEqual(1)
    for (const outcome of outcomes) if (outcome.kind === 'kept') expect([outcome.because, outcome.sentence]).not.toContain('')
  })
  test('replays change nothing at all', () => {
    const flood = SCENARIOS.find(({ name }) => name.startsWith('ten replays')) as (typeof SCENARIOS)[number]
    expect(measured(replay(flood.examples()))).toEqual(baseline)
  })
})

describe('who wants detectors to be silent', () => {
  test.each([0.05, 0.2, 0.4, 0.6, 1])('and flips %f of the attacks does not get golden recall below its floor', (share) => {
    const { standing, outcomes } = replay(denied(detections(mulberry(3), 1000), share, mulberry(4)))
    expect(recallOf(standing.curve, standing.threshold, golden)).toBeGreaterThanOrEqual(rules.recallFloor)
    if (share >= 0.6) expect(outcomes.some((outcome) => outcome.kind === 'kept' && outcome.because !== 'TOO_FEW')).toBe(true)
  })

  test('would get it without the floor', () => {
    const { standing } = replay(denied(detections(mulberry(3), 1000), 0.6, mulberry(4)), { ...rules, recallFloor: 0 })
    expect(recallOf(standing.curve, standing.threshold, golden)).toBeLessThan(0.5)
  })

  test('and has his detections published under a key that is not his teaches nothing', () => {
    const judged = judgedRow(detections(mulberry(1), 1)[0] as Example)
    expect(examplesOf([judged, { ...judged, authentic: false }])).toHaveLength(1)
  })

  test('cannot move the threshold by more than .02 an hour', () => {
    const examples = denied(detections(mulberry(7), 400), 0.5, mulberry(8))
    const soon = calibrate(examples, { ...FIRST, threshold: 0.6 }, { ...rules, recallFloor: 0, wantedPrecision: 1 }, HOUR / 2)
    expect(Math.abs(soon.standing.threshold - 0.6)).toBeLessThanOrEqual(0.01 + 1e-9)
  })
})

describe('nothing changes', () => {
  const examples = detections(mulberry(9), 400)
  const because = (list: readonly Example[], with_: Partial<Rules> = {}, standing = FIRST): string | undefined => {
    const outcome = calibrate(list, standing, { ...rules, ...with_ }, 24 * HOUR)
    return outcome.kind === 'kept' ? outcome.because : undefined
  }
  test('while the switch is on', () => { expect(because(examples, { isFrozen: true })).toBe('FROZEN') })
  test('on a handful of verdicts', () => { expect(because(examples.slice(0, 19))).toBe('TOO_FEW') })
  test('where all verdicts say the same', () => { expect(because(attacksOf(examples))).toBe('ONE_CLASS') })
  test('where the newest verdicts fit the curve in force better', () => {
    const perfect = calibrate(detections(mulberry(10), 4000), FIRST, rules, 24 * HOUR).standing
    const old = denied(detections(mulberry(11), 400), 0.5, mulberry(12)).slice(0, 320)
    const newest = detections(mulberry(13), 400).slice(320)
    expect(because([...old, ...newest], { recallFloor: 0 }, perfect)).toBe('WORSE_ON_NEWEST')
  })
  test('where known attacks would be lost', () => {
    expect(because(denied(examples, 0.9, mulberry(14)), { recallFloor: 1 })).toBe('GOLDEN_RECALL')
  })
})

describe('a world that changes', () => {
  /** What looked like an attack before is one no longer, and all analysts say so. */
  const changed = detections(mulberry(21), 600).map((example, i): Example => ({ ...example, isAttack: example.isAttack && i % 3 === 0, at: 1e6 + example.at }))
  const before = detections(mulberry(20), 1500)

  test('is noticed in the errors of the curve in force, and what came before is forgotten', () => {
    const { standing } = replay(before)
    const outcome = calibrate([...before, ...changed], standing, { ...rules, recallFloor: 0 }, standing.changedAt + 24 * HOUR)
    expect(outcome).toMatchObject({ kind: 'changed' })
    if (outcome.kind !== 'changed') return
    expect(outcome.forgotten).toBeGreaterThan(1200)
    const later_ = detections(mulberry(22), 2000).map((example, i): Example => ({ ...example, isAttack: example.isAttack && i % 3 === 0 }))
    expect(metricsOf(outcome.standing.curve, later_).brier).toBeLessThan(metricsOf(standing.curve, later_).brier / 1.5)
  })
  test('is not what one analyst alone says: his lies make no verdict be forgotten', () => {
    const { standing } = replay(before)
    const lies = changed.map((example) => ({ ...example, reporters: ['analyst-0'] }))
    expect(errorDrift(standing.curve, [...before, ...lies]).changes.length).toBeGreaterThan(0)
    expect(sinceChange(standing.curve, [...before, ...lies])).toHaveLength(before.length + lies.length)
  })
  test('is not seen in one that stays', () => {
    const { standing } = replay(before)
    expect(errorDrift(standing.curve, detections(mulberry(23), 4000)).changes).toEqual([])
  })
})
