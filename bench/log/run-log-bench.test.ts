import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { historyAppends } from './history.js'
import { renderLogBench } from './render.js'
import { runLogBench } from './run-log-bench.js'

test('a small run reads back and follows every event it appended, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-measured-'))
  chmodSync(folder, 0o755)
  const result = await runLogBench({ events: 12_000, batch: 1000, folder, progress: () => undefined })
  expect(result).toMatchObject({ events: 12_000, append: { events: 12_000 }, readBytes: { events: 12_000 }, readEvents: { events: 12_000 }, subscribe: { events: 12_000 } })
  expect(result.appendByDecade.map(({ from, to }) => [from, to])).toEqual([[0, 10_000], [10_000, 12_000]])
  expect(result.eventBytes).toBeGreaterThan(500)
  expect(result.fileBytes).toBeGreaterThan(result.eventBytes * result.events)
  expect(result.appendOneMs.count).toBe(200)
  expect(result.limits.bareLmdb.perSecond).toBeGreaterThan(0)
  expect(renderLogBench(result)).toContain('bare LMDB')
  expect(readdirSync(folder)).toEqual([])
  rmdirSync(folder)
})

test('the made-up history is the same whatever the batch, and a shorter one is its beginning', () => {
  const flat = (events: number, batch: number) => [...historyAppends(events, batch)].flat()
  expect(flat(400, 7)).toEqual(flat(400, 400))
  expect(flat(300, 50)).toEqual(flat(400, 50).slice(0, 300))
  expect(new Set(flat(400, 50).flatMap(({ events }) => events.map(({ id }) => id))).size).toBe(400)
})
