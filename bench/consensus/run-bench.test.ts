import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { renderBench } from './render.js'
import { runBench } from './run-bench.js'

test('a small run measures every phase with real processes, agrees on one state, and leaves nothing behind', async () => {
  const folders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('cybermesh-bench-'))
  const before = folders()
  const lines: string[] = []
  const result = await runBench({ validators: 4, seconds: 2, rate: 40, moderateRate: 20, idleSeconds: 1, folder: undefined, progress: (line) => void lines.push(line) })
  for (const phase of [result.moderate, ...result.sweep, result.oneDown]) {
    expect(phase?.agreed).toBe(true)
    expect(phase?.commitMs.count).toBeGreaterThan(0)
    expect(phase?.bytesSentPerTx).toBeGreaterThan(0)
    expect(phase?.cpuMicrosPerTx).toBeGreaterThan(0)
  }
  expect(result.limits.verifiesPerSecond).toBeGreaterThan(0)
  expect(result.limits.commitMs).toBeGreaterThan(result.limits.flushMs.p50)
  expect(result.idle).toMatchObject({ seconds: 1, blocks: 0 })
  expect(renderBench(result)).toContain('one down')
  expect(lines.length).toBeGreaterThan(4)
  expect(folders()).toEqual(before)
}, 180_000)
