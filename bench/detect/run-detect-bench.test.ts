import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderDetectBench } from './render.js'
import { runDetectBench } from './run-detect-bench.js'

test('a small run sees every flow and packet, finds every flood, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-measured-'))
  const result = await runDetectBench({ flows: 3000, workers: 2, hosts: 2000, alarms: 3, rows: 500, python: 'python3', folder, progress: () => undefined })
  expect(result).toMatchObject({ flows: 3000, eve: { events: 3000 }, memory: { hosts: 2000 }, alarmMs: { count: 3 }, scoring: { recordings: ['lab.pcap'], traffic: { rows: 500 }, drawn: { rows: 500 } } })
  // Two thirds are TCP with six packets, a third UDP with two.
  expect(result.capture.packets.events).toBe(2000 * 6 + 1000 * 2)
  expect(renderDetectBench(result)).toMatch(/^3000 flows, counted by 2 threads$[^]*JSON\.parse alone/m)
  const withoutPeer = { ...result.scoring.traffic, lightgbm: undefined }
  expect(renderDetectBench({ ...result, scoring: { ...result.scoring, traffic: withoutPeer } })).toContain('LightGBM: not here')
  expect(readdirSync(folder)).toEqual([])
  rmdirSync(folder)
})
