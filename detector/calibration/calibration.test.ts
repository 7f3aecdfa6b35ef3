import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wilsonInterval } from '../../domain/wilson-interval.js'
import { mulberry } from '../../platform/testing/mulberry.js'
import { createAdwin } from './adwin.js'
import { choose, methodsFor } from './choose.js'
import { calibrated, curveThrough, decodeCurve, encodeCurve, IDENTITY, rounded } from './curve.js'
import { examplesOf, propensityOf, type Example } from './example.js'
import { fit, METHODS } from './methods.js'
import { metricsOf } from './metrics.js'
import { detections } from './testing/detections.js'
import { MOST_WEIGHT, weightsOf } from './weights.js'

const example = (score: number, isAttack: boolean, over: Partial<Example> = {}): Example => ({ score, isAttack, propensity: 1, reporters: [], at: 0, ...over })
const ones = (examples: readonly Example[]) => new Float64Array(examples.length).fill(1)

describe('a curve', () => {
  const knots = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), probability: fc.double({ min: 0, max: 1, noNaN: true }) }), { minLength: 1, maxLength: 16 })

  test('never falls, stays within 0 and 1, and is the same after it was written and read', () => {
    fc.assert(fc.property(knots, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (list, scores) => {
      const curve = rounded([...list].sort((a, b) => a.score - b.score))
      expect(decodeCurve(encodeCurve(curve))).toEqual(curve)
      const said = [...scores].sort((a, b) => a - b).map((score) => calibrated(curve, score))
      said.forEach((p, i) => { expect(p).toBeGreaterThanOrEqual(i === 0 ? 0 : (said[i - 1] as number) - 1e-12) })
      expect(Math.max(...said)).toBeLessThanOrEqual(1)
    }))
  })
  test('fits into a policy, however many scores there are', () => {
    const scores = Array.from({ length: 5000 }, (_, i) => 0.1234567 + i / 7000)
    expect(encodeCurve(curveThrough(scores, (score) => score ** 3)).length).toBeLessThanOrEqual(256)
  })
  test('lies on straight lines between its knots', () => {
    expect([0.1, 0.25, 0.4, 0.9].map((score) => calibrated(decodeCurve('0.2:0.1,0.3:0.5'), score))).toEqual([0.1, 0.3, 0.5, 0.5].map((value) => expect.closeTo(value, 12) as number))
  })
  test.each([['', 'knot 0'], ['0.5', 'knot 0'], ['0.5:2', 'knot 0'], ['0.5:0.1,0.5:0.2', 'knot 1'], ['0.5:0.2,0.6:0.1', 'knot 1'], ['0.12345:0.1', 'knot 0'], ['0:0,'.repeat(70), 'text']])('that is none is refused by place: %s', (text, field) => {
    expect(() => decodeCurve(text)).toThrow(expect.objectContaining({ code: 'BAD_CURVE', field }) as Error)
  })
})

describe('the methods', () => {
  const learned = detections(mulberry(1), 3000)
  const later = detections(mulberry(2), 3000)

  test.each(METHODS)('%s makes the Brier score of later detections at least twice as good', (method) => {
    expect(metricsOf(IDENTITY, later).brier / metricsOf(fit(method, learned, ones(learned)), later).brier).toBeGreaterThan(2)
  })
  test('Platt gives what its authors\' targets and a maximum of likelihood give', () => {
    // One score only: the sigmoid can but say the smoothed share, (3 * 4/5 + 1 * 1/3) / 4.
    const four = [example(0.5, true), example(0.5, true), example(0.5, true), example(0.5, false)]
    expect(calibrated(fit('platt', four, ones(four)), 0.5)).toBeCloseTo((3 * 4 / 5 + 1 / 3) / 4, 3)
  })
  test('isotonic pools what falls: 0, 1, 0, 1 is 0, a half, a half, 1', () => {
    const four = [0.1, 0.2, 0.3, 0.4].map((score, i) => example(score, i % 2 === 1))
    const heavy = new Float64Array(4).fill(1e6)
    expect(fit('isotonic', four, heavy)).toEqual([{ score: 0.1, probability: 0 }, { score: 0.25, probability: 0.5 }, { score: 0.4, probability: 1 }])
  })
  test('scores that mean the contrary give a flat line, never a falling one', () => {
    const contrary = Array.from({ length: 100 }, (_, i) => example(i / 100, i < 50))
    for (const method of METHODS) {
      const curve = fit(method, contrary, ones(contrary))
      expect(calibrated(curve, 0.9) - calibrated(curve, 0.1)).toBeGreaterThanOrEqual(0)
      expect(calibrated(curve, 0.9)).toBeCloseTo(0.5, 1)
    }
  })
  test('are allowed by the number of verdicts', () => {
    expect([20, 199, 200, 999, 1000].map((n) => methodsFor(n).at(-1))).toEqual(['platt', 'platt', 'beta', 'beta', 'isotonic'])
  })
  test('are judged by later examples only: what is learned by heart from the older four fifths does not win', () => {
    const older = Array.from({ length: 1200 }, (_, i) => example(i / 1200, i % 7 === 0))
    const newest = Array.from({ length: 300 }, (_, i) => example(i / 300, i > 150))
    const { method, trial } = choose([...older, ...newest])
    expect(trial).toEqual(fit(method, older, weightsOf(older)))
    const loss = (of: (typeof METHODS)[number]) => metricsOf(fit(of, older, weightsOf(older)), newest).logLoss
    expect(loss(method)).toBe(Math.min(...METHODS.map(loss)))
  })
})

describe('weights', () => {
  test('what was drawn with a chance of one in fifty stands for fifty, and nothing for more than a hundred', () => {
    expect([...weightsOf([example(0.4, true, { propensity: 0.02 }), example(0.9, true), example(0.3, true, { propensity: 1e-4 })])]).toEqual([50, 1, MOST_WEIGHT])
  })
  test('a reporter has no more than a quarter of all, where there are four', () => {
    const examples = [...Array.from({ length: 1000 }, () => example(0.9, true, { reporters: ['many'] })), ...['a', 'b', 'c', 'd'].map((name) => example(0.9, false, { reporters: [name] }))]
    const weights = weightsOf(examples)
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    expect(weights.slice(0, 1000).reduce((sum, weight) => sum + weight, 0) / all).toBeLessThanOrEqual(0.2501)
  })
  test('a lone reporter is all there is', () => {
    expect([...weightsOf([example(0.9, true, { reporters: ['a'] }), example(0.1, false, { reporters: ['a'] })])]).toEqual([1, 1])
  })
})

describe('examples', () => {
  test('a sample says how likely it was; other decisions say nothing', () => {
    expect(['publish', 'sample:0.02', 'sample:1', 'sample:0', 'sample:2', 'hold'].map(propensityOf)).toEqual([1, 0.02, 1, undefined, undefined, undefined])
  })
  test('of rows without truth or without a score there are none', () => {
    const row = { rawScore: 0.9, label: null, verdicts: [], decision: 'publish', publishedAt: new Date(5), authentic: true }
    expect(examplesOf([row, { ...row, label: 'benign', rawScore: null }, { ...row, label: 'benign', rawScore: 7 }])).toEqual([])
    expect(examplesOf([{ ...row, label: 'benign' }])).toEqual([{ score: 0.9, isAttack: false, propensity: 1, reporters: [], at: 5 }])
  })
})

describe('metrics', () => {
  test('of a coin that is said to be one', () => {
    const coin = Array.from({ length: 100 }, (_, i) => example(0.5, i % 2 === 0))
    expect(metricsOf(IDENTITY, coin)).toMatchObject({ examples: 100, brier: 0.25, logLoss: expect.closeTo(Math.LN2, 12) as number, ece: 0 })
  })
  test('Wilson\'s interval of 0 in 273 ends at 1.4 %', () => {
    expect(wilsonInterval(0, 273)[1]).toBeCloseTo(0.0139, 4)
  })
})

describe('ADWIN', () => {
  test('sees a mean that moves, and not one that stays', () => {
    const adwin = createAdwin()
    const draw = mulberry(3)
    const steady = Array.from({ length: 5000 }, () => adwin.add(draw() < 0.2 ? 1 : 0)).filter(Boolean).length
    const moved = Array.from({ length: 1000 }, () => adwin.add(draw() < 0.6 ? 1 : 0)).filter(Boolean).length
    expect(steady).toBe(0)
    expect(moved).toBeGreaterThan(0)
    expect(adwin.mean()).toBeGreaterThan(0.5)
  })
})
