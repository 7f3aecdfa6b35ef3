import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { targetWindow } from '../../testing/traffic.js'
import type { EngineVerdict } from '../engine.js'
import { cusumStep } from './cusum.js'
import { median, normalOf, robustZ } from './robust.js'
import { WARM_UP, statisticsEngine } from './statistics-engine.js'

describe('robust statistics', () => {
  it('the median lies between the extremes and does not depend on order', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(Float64Array.from(values))
      expect(middle).toBeGreaterThanOrEqual(Math.min(...values))
      expect(middle).toBeLessThanOrEqual(Math.max(...values))
      expect(median(Float64Array.from([...values].reverse()))).toBe(middle)
    }))
  })

  it('a tenth of extreme values does not move the normal', () => {
    const calm = Array.from({ length: 90 }, (_, i) => 100 + i % 5)
    expect(Math.abs(normalOf(Float64Array.from([...calm, ...Array<number>(10).fill(1e6)])).median - normalOf(Float64Array.from(calm)).median)).toBeLessThan(2)
  })

  it('a normal without spread does not call every change extreme', () => {
    expect(robustZ(1.1, { median: 1, deviation: 0 }, 0.25)).toBeCloseTo(0.27, 2)
  })

  it('CUSUM needs at least two extreme windows, and starts again after an alarm', () => {
    const first = cusumStep(0, 1000)
    expect(first.alarm).toBe(false)
    const second = cusumStep(first.sum, 1000)
    expect(second.alarm).toBe(false)
    const third = cusumStep(second.sum, 1000)
    expect(third).toMatchObject({ alarm: true, sum: 0 })
    expect(cusumStep(0, 0.5).sum).toBe(0)
  })
})

describe('the statistics engine', () => {
  const rush = targetWindow({ inPackets: 5000, outPackets: 10, flows: 60, uniqueSources: 1 })
  const calmFor = (windows: number): ReturnType<typeof statisticsEngine> => {
    const engine = statisticsEngine()
    for (let i = 0; i < windows; i++) engine.learn?.(targetWindow({ inPackets: 40 + i % 7 }), false)
    return engine
  }
  const firedBy = (engine: ReturnType<typeof statisticsEngine>, times: number): readonly EngineVerdict[] => {
    let verdicts: readonly EngineVerdict[] = []
    for (let i = 0; i < times; i++) {
      verdicts = engine.judge(rush)
      engine.learn?.(rush, true)
    }
    return verdicts.filter((verdict) => verdict.fired)
  }

  it('says nothing before it knows anything', () => {
    expect(statisticsEngine().judge(rush)).toEqual([])
    expect(calmFor(WARM_UP - 1).judge(rush)).toEqual([])
  })

  it('speaks after thirty windows, but cannot decide alone', () => {
    const fired = firedBy(calmFor(WARM_UP), 3)
    expect(fired.map((verdict) => verdict.name)).toContain('statistics/packets')
    expect(fired.some((verdict) => verdict.finding !== undefined)).toBe(false)
  })

  it('decides alone on a full history, when the rush lasts and is one-way', () => {
    expect(firedBy(calmFor(120), 2).some((verdict) => verdict.finding !== undefined)).toBe(false)
    expect(firedBy(calmFor(120), 3).find((verdict) => verdict.finding !== undefined)?.finding).toMatchObject({ threatType: 'anomaly' })
  })

  it('does not take a download for an attack', () => {
    const engine = calmFor(200)
    const download = targetWindow({ inPackets: 5000, outPackets: 2500, flows: 1 })
    for (let i = 0; i < 10; i++) {
      expect(engine.judge(download).some((verdict) => verdict.finding !== undefined)).toBe(false)
      engine.learn?.(download, false)
    }
  })

  it('judges a new host by the network, and then only supports', () => {
    const engine = statisticsEngine()
    for (let i = 0; i < 400; i++) engine.learn?.(targetWindow({ target: `10.1.0.${i % 50}`, inPackets: 30 + i % 9 }), false)
    const verdicts = engine.judge({ ...rush, target: '10.9.9.9' })
    expect(verdicts.find((verdict) => verdict.name === 'statistics/packets')?.fired).toBe(true)
    expect(verdicts.some((verdict) => verdict.finding !== undefined)).toBe(false)
  })

  it('does not learn an attack as normal', () => {
    const engine = calmFor(120)
    for (let i = 0; i < 500; i++) engine.learn?.(rush, true)
    expect(engine.judge(rush).find((verdict) => verdict.name === 'statistics/packets')?.fired).toBe(true)
  })

  it('sees the sources change when one drowns many', () => {
    const engine = statisticsEngine()
    for (let i = 0; i < 60; i++) engine.learn?.(targetWindow({ sourceEntropyBits: 6 }), false)
    expect(engine.judge(targetWindow({ sourceEntropyBits: 0.1 })).find((verdict) => verdict.name === 'statistics/source-entropy')?.fired).toBe(true)
  })
})
