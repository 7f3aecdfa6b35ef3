import { expect, test } from 'vitest'
import { renderGraphqlBench } from './render.js'
import { runGraphqlBench } from './run-graphql-bench.js'

test('a small run measures both pages by every way, and says why PostGraphile is missing', async () => {
  const result = await runGraphqlBench({ events: 2000, seconds: 0.3, callers: 4, postgraphile: undefined, folder: undefined, progress: () => undefined })
  for (const loads of [result.ours, result.yoga, result.bare]) {
    for (const page of ['lifecycle', 'block'] as const) {
      expect(loads[page].perSecond).toBeGreaterThan(0)
      expect(loads[page].latencyMs.p99).toBeGreaterThanOrEqual(loads[page].latencyMs.p50)
    }
  }
  expect(result.postgraphile).toMatchObject({ missing: expect.stringContaining('--postgraphile') as string })
  expect(renderGraphqlBench(result)).toContain('times bare graphql-js')
}, 300_000)
