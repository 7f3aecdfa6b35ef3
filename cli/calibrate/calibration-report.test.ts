import { describe, expect, test } from 'vitest'
import type { EventLog, RecordedEvent } from '../../eventlog/log.js'
import { governed, paramsOf, policyId, type PolicySpec } from '../../domain/policy/testing/policies.js'
import { metricsOf } from '../../detector/calibration/metrics.js'
import { IDENTITY } from '../../detector/calibration/curve.js'
import { detections } from '../../detector/calibration/testing/detections.js'
import { mulberry } from '../../platform/testing/mulberry.js'
import { drawReport } from './draw-report.js'
import { policiesOf } from './policies-of.js'
import { readHistory } from './read-history.js'

type Recorded = PolicySpec & { readonly at: number; readonly n: number; readonly outcome?: 'applied' | 'failed' }

/** A log of so many blocks, a second apart, and of policies in them. */
function logOf(blocks: number, policies: readonly Recorded[]): Pick<EventLog, 'readAll'> {
  return {
    async *readAll() {
      for (let height = 1; height <= blocks; height++) {
        const of = (type: string, data: object) => ({ event: { type, data } }) as unknown as RecordedEvent
        yield of('BlockCommitted', { height, timestamp: height * 1000 })
        for (const { n, outcome = 'applied', action = 'update', rule = 'threshold', ...spec } of policies.filter(({ at }) => at === height)) {
          yield of('PolicyRecorded', { policyId: policyId(n), action, rule, params: paramsOf(n, spec), placement: { height }, outcome })
        }
      }
    },
  }
}
const any = (value: number) => ({ subject: { kind: 'any', value } })
const curve = { rule: 'model_param' as const, subject: { model: 'ensemble', param: 'calibration', value: '0.5:0.1,0.9:0.8' } }

describe('the history of threshold and calibration', () => {
  test('tells each change from the block on that is judged by it, by which policies, and that it ended', async () => {
    const { tip, changes } = await readHistory(logOf(20, [
      { at: 2, n: 1, from: 5, ...any(0.7) }, { at: 3, n: 2, from: 9, until: 12, ...curve }, { at: 4, n: 3, from: 14, action: 'update', ...any(0.72) },
      { at: 4, n: 4, from: 15, outcome: 'failed', ...any(0.9) }, { at: 4, n: 5, from: 16 },
    ]), governed)
    expect(tip).toEqual({ height: 20, at: 20_000 })
    expect(changes.map(({ height, at, threshold, curve: said, policies }) => [height, at, threshold, said, policies])).toEqual([
      [5, 5000, 0.7, undefined, [policyId(1)]],
      [9, 9000, 0.7, '0.5:0.1,0.9:0.8', [policyId(2)]],
      [12, 12_000, 0.7, undefined, [policyId(2)]],
      [14, 14_000, 0.72, undefined, [policyId(3)]],
    ])
  })

  test('knows the policies that a calibration is proposed as', async () => {
    const proposed = policiesOf({ curve: [{ score: 0.5, probability: 0.2 }, { score: 0.9, probability: 0.9 }], threshold: 0.6, changedAt: 0 })
    const recorded = proposed.map(({ rule, params }, i): Recorded => ({ at: 1, n: i, from: 4, rule: rule as 'threshold', subject: JSON.parse(params) as { kind: string } }))
    expect((await readHistory(logOf(5, recorded), governed)).changes).toMatchObject([{ height: 4, threshold: 0.6, curve: '0.5:0.2,0.9:0.9', policies: [policyId(0), policyId(1)] }])
  })

  test('is empty where nothing changed', async () => {
    expect(await readHistory(logOf(0, []), governed)).toEqual({ tip: undefined, changes: [] })
    expect((await readHistory(logOf(3, [{ at: 1, n: 1, from: 2 }]), governed)).changes).toEqual([])
  })
})

describe('the picture of a calibration', () => {
  const metrics = metricsOf(IDENTITY, detections(mulberry(1), 300))

  test('shows every change with its block and its time, beside Brier score and calibration error', async () => {
    const history = await readHistory(logOf(100, [{ at: 2, n: 1, from: 10, ...any(0.7) }, { at: 2, n: 2, from: 12, ...any(0.72) }, { at: 3, n: 3, from: 60, ...curve }]), governed)
    const svg = drawReport({ ...metrics, history })
    expect(svg).toMatch(/^<svg [\s\S]+ECE 0\.\d{4}, Brier 0\.\d{4}[\s\S]+<\/svg>\n$/)
    expect([...svg.matchAll(/<title>block (\d+), (\S+): threshold (\S+), /g)].map(([, height, at, threshold]) => [height, at, threshold]))
      .toEqual([['10', '1970-01-01T00:00:10.000Z', '0.7'], ['12', '1970-01-01T00:00:12.000Z', '0.72'], ['60', '1970-01-01T00:01:00.000Z', '0.72']])
    // Labels that would lie over each other are left out, the changes are not; the newest block ends the axis.
    expect([...svg.matchAll(/>block (\d+)<\/text>/g)].map(([, height]) => height)).toEqual(['10', '60', '100'])
  })

  test('says so where no policy has changed anything', () => {
    const svg = drawReport({ ...metrics, history: { tip: undefined, changes: [] } })
    expect(svg).toContain('No policy has changed threshold or calibration')
    expect(svg).not.toContain('the threshold moved')
  })
})
