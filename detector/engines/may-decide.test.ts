import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowRecord, targetWindow } from '../testing/traffic.js'
import type { FlowRecord } from '../sources/records.js'
import { addAttempt, newSourceWindows, takeSourceWindows } from '../windows/source-windows.js'
import type { TargetWindow } from '../windows/target-window.js'
import type { Engine, EngineVerdict, Observation } from './engine.js'
import { ruleEngine } from './rules/rule-engine.js'
import { HISTORY } from './statistics/baseline.js'
import { statisticsEngine } from './statistics/statistics-engine.js'

const decides = (verdicts: readonly EngineVerdict[]): boolean => verdicts.some(({ finding }) => finding !== undefined)

/** Whoever says that it may not decide must not; how often it decides shows that the tries are not all of nothing. */
function holdsFor(engine: Engine, observation: Observation): boolean {
  const decided = decides(engine.judge(observation))
  if (decided) expect(engine.mayDecide?.(observation)).toBe(true)
  return decided
}

const few = fc.integer({ min: 0, max: 400 })
const floods: fc.Arbitrary<TargetWindow> = fc.record({
  inPackets: fc.integer({ min: 1, max: 1000 }), outPackets: few, inBytes: fc.integer({ min: 0, max: 100_000 }), outBytes: few, uniqueSources: few, flows: few,
  uniqueDestinationPorts: few, syn: few, pureAck: few, fragments: few, protocol: fc.constantFrom(6, 17),
}).map(targetWindow)

describe('an engine that says it may not decide', () => {
  it('does not, for any window towards a host', () => {
    let decided = 0
    fc.assert(fc.property(floods, (window) => { if (holdsFor(ruleEngine, window)) decided += 1 }), { numRuns: 2000 })
    expect(decided).toBeGreaterThan(10)
  })

  it('does not by statistics, of which asking changes nothing', () => {
    const [asked, other] = [statisticsEngine(), statisticsEngine()]
    let decided = 0
    const judge = (window: TargetWindow): void => {
      const mayDecide = asked.mayDecide?.(window)
      const verdicts = asked.judge(window)
      expect(verdicts).toEqual(other.judge(window))
      if (decides(verdicts)) {
        decided += 1
        expect(mayDecide).toBe(true)
      }
      for (const engine of [asked, other]) engine.learn?.(window, decides(verdicts))
    }
    for (let i = 0; i < HISTORY + 200; i++) judge(targetWindow({ inPackets: 40 + i % 7, outPackets: i % 3, flows: 20 + i % 5 }))
    for (let i = 0; i < 10; i++) judge(targetWindow({ inPackets: 5000, outPackets: 10, flows: 60 }))
    expect(decided).toBeGreaterThan(0)
  })

  it('does not, for anything that a source opened', () => {
    const attempts = fc.record({
      count: fc.integer({ min: 15, max: 260 }), ports: fc.constantFrom(1, 45, 60, 300), hosts: fc.constantFrom(1, 45, 60, 300), usedOf: fc.constantFrom(0, 1, 4, 5, 1000),
      firstPort: fc.constantFrom(22, 8000),
    }).map(({ count, ports, hosts, usedOf, firstPort }) => Array.from({ length: count }, (_, i): FlowRecord => flowRecord({
      destination: `10.1.0.${i % hosts}`, destinationPort: firstPort + i % ports, synPackets: 2, ...(usedOf > 0 && i % usedOf === 0 ? {} : { forwardBytes: 0, backwardBytes: 0 }),
    })))
    let decided = 0
    fc.assert(fc.property(attempts, (flows) => {
      const windows = newSourceWindows()
      for (const flow of flows) addAttempt(windows, flow)
      for (const window of takeSourceWindows(windows, 1000)) {
        if (!holdsFor(ruleEngine, window)) continue
        decided += 1
        expect(ruleEngine.mayDecideOfSource?.(flows)).toBe(true)
      }
    }), { numRuns: 500 })
    expect(decided).toBeGreaterThan(10)
  })
})
