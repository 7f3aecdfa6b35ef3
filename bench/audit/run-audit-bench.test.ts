import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAuditBench } from './render.js'
import { runAuditBench } from './run-audit-bench.js'

test('a small run appends, signs and proves, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-measured-'))
  const result = await runAuditBench({ leaves: 5000, proofs: 40, checkpoints: 5, folder, progress: () => undefined })
  expect(result).toMatchObject({ leaves: 5000, append: { events: 5000 }, limits: { sha256: { events: 5000 } }, signMs: { count: 5 }, cosignMs: { count: 5 }, proveMs: { count: 40 }, verifyMs: { count: 40 } })
  expect(result.eventBytes).toBeGreaterThan(900)
  expect(result.ratios.appendOfSha256).toBeLessThan(1)
  expect(renderAuditBench(result)).toContain('SHA-256 alone')
  expect(readdirSync(folder)).toEqual([])
  rmdirSync(folder)
})
