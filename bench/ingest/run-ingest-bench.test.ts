import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KIND_NAMES } from './messages.js'
import { renderIngestBench } from './render.js'
import { runIngestBench } from './run-ingest-bench.js'

test('a small run measures every kind to its last receipt, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-measured-'))
  const result = await runIngestBench({ messages: 600, rate: 100, seconds: 1, kafka: undefined, folder, progress: () => undefined })
  const [embedded] = result.transports
  expect(embedded?.kinds.map(({ kind }) => kind)).toEqual(KIND_NAMES)
  for (const { admission } of embedded?.kinds ?? []) expect(admission.perSecond).toBeGreaterThan(0)
  expect(embedded?.kinds.filter(({ receiptMs }) => receiptMs?.count === 100).length).toBe(2)
  expect(embedded?.ratios.ofBareReader).toBeLessThan(1)
  expect(renderIngestBench(result)).toContain('bare reader')
  expect(readdirSync(folder)).toEqual([])
  rmdirSync(folder)
})
