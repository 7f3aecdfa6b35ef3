import { expect, test } from 'vitest'
import { summarise } from '../percentiles.js'
import { summarisePhase } from './phase-result.js'
import type { ValidatorResult } from './protocol.js'
import { isSustained } from './run-bench.js'

const phase = { name: 'p', workload: '', startAt: 0, rate: 100, seconds: 2, drainMs: 0 }
const seen = (changes: Partial<ValidatorResult> = {}): ValidatorResult => ({
  index: 0, offered: 200, shed: 0, committed: 200, committedInTime: 200, latencyMs: Float64Array.of(10, 20), blocks: summarise([100, 100]), emptyBlocks: 1,
  viewChanges: 0, cpuMicros: 20_000, bytesSent: 40_000, loopDelayMs: { p50: 1, p99: 2, max: 3 }, rssBytes: 1, height: 3, stateRoot: 'a', ...changes,
})

test('throughput is that of the slowest validator, costs are those of the average one', () => {
  const result = summarisePhase(phase, [seen(), seen({ index: 1, committedInTime: 150, cpuMicros: 60_000, bytesSent: 80_000, latencyMs: Float64Array.of(90, 30) })])
  expect(result).toMatchObject({ committedPerSecond: 75, cpuMicrosPerTx: 200, bytesSentPerTx: 300, commitMs: { p50: 20, max: 90 }, agreed: true })
  expect(isSustained(result)).toBe(false)
  expect(isSustained(summarisePhase(phase, [seen(), seen({ index: 1 })]))).toBe(true)
})

test('what was offered and neither shed nor committed is lost, and two states at one height are no agreement', () => {
  const result = summarisePhase(phase, [seen({ committed: 180, shed: 5 }), seen({ index: 1, stateRoot: 'b' })])
  expect(result).toMatchObject({ lost: 15, shed: 5, agreed: false })
  expect(isSustained(result)).toBe(false)
})
