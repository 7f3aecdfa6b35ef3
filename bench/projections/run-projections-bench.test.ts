import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderProjectionsBench } from './render.js'
import { runProjectionsBench } from './run-projections-bench.js'

test('a small run builds the same rows in memory, in SQL, by a rebuild and by Emmett, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-measured-'))
  chmodSync(folder, 0o755)
  const result = await runProjectionsBench({ events: 1500, emmettEvents: 1000, lagPerSecond: 300, lagSeconds: 1, folder, progress: () => undefined })
  const names = Object.keys(result.projections)
  expect(names).toEqual(expect.arrayContaining(['blocks', 'timelines', 'audit']))
  expect(Object.keys(result.rebuilds)).toEqual(names)
  for (const name of names) {
    expect(result.projections[name]?.events).toBe(1500)
    expect(result.rebuilds[name]?.equal).toBe(true)
    expect(result.lag?.lagMs[name]?.count).toBe(300)
    expect(result.lag?.lagMs[name]?.max).toBeGreaterThan(0)
  }
  expect(result.emmett?.counts).toMatchObject({ blocks: 7, transactions: 308, states: { COMMITTED: expect.any(Number) as number } })
  expect(result.limits.copy.rows).toBeGreaterThan(900)
  expect(result.ratios.overEmmett).toBeGreaterThan(0)
  expect(renderProjectionsBench(result)).toContain('times Emmett')
  expect(readdirSync(folder)).toEqual([])
  rmdirSync(folder)
}, 300_000)
