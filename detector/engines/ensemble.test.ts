import { describe, expect, it } from 'vitest'
import { targetWindow } from '../testing/traffic.js'
import type { EngineVerdict, Finding } from './engine.js'
import { decide, severityOf } from './ensemble.js'

const finding: Finding = { threatType: 'ddos', attack: 'syn_flood', target: '10.0.0.2', destinationPort: 80, source: '' }
const says = (name: string, score: number, more: Partial<EngineVerdict> = {}): EngineVerdict =>
  ({ name, score, threshold: 0.5, fired: score >= 0.5, why: name, ...more })
const window = targetWindow()

describe('the ensemble', () => {
  it('decides nothing when nothing fired, or when only supporters did', () => {
    expect(decide(window, [says('rules/R1', 0.4)])).toBeUndefined()
    expect(decide(window, [says('statistics/packets', 0.9)])).toBeUndefined()
  })

  it('keeps every verdict, also those that did not fire', () => {
    const verdicts = [says('rules/R1', 0.9, { finding }), says('rules/R2', 0.1)]
    expect(decide(window, verdicts)?.verdicts).toEqual(verdicts)
  })

  it('a supporting engine raises score and confidence, a silent one does not lower them', () => {
    const alone = decide(window, [says('rules/R1', 0.75, { finding })])
    const silent = decide(window, [says('rules/R1', 0.75, { finding }), says('statistics/packets', 0.01)])
    const supported = decide(window, [says('rules/R1', 0.75, { finding }), says('statistics/packets', 0.8)])
    expect(silent?.finalScore).toBe(alone?.finalScore)
    expect(supported?.finalScore).toBeGreaterThan(alone?.finalScore as number)
    expect(supported?.confidence).toBeGreaterThan(alone?.confidence as number)
  })

  it('does not count two checks of one engine twice', () => {
    const one = decide(window, [says('rules/R1', 0.9, { finding })])
    const two = decide(window, [says('rules/R1', 0.9, { finding }), says('rules/R2', 0.9, { finding })])
    expect(two?.finalScore).toBe(one?.finalScore)
  })

  it('a verdict exactly at its limit scores 0.75', () => {
    expect(decide(window, [says('rules/R1', 0.5, { finding })])?.finalScore).toBe(0.75)
  })

  it('gives severities from 1 to 10 that grow with the excess', () => {
    expect(severityOf(finding, 0.5)).toBe(7)
    expect(severityOf(finding, 0.95)).toBe(9)
    expect(severityOf(finding, 1)).toBe(10)
    expect(severityOf({ ...finding, threatType: 'anomaly' }, 0)).toBe(3)
  })

  it('stays finite at scores of 0 and 1', () => {
    const decision = decide(window, [says('rules/R1', 1, { finding, threshold: 0 })])
    expect(Number.isFinite(decision?.llr)).toBe(true)
    expect(decision?.confidence).toBeLessThanOrEqual(1)
  })
})
