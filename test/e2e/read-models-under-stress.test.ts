/** Short versions of the soaks of read models; `test/soak/crash-points.ts` and `test/soak/rebuild-under-load.ts` are the long ones. */
import { expect, test } from 'vitest'
import { runCrashPoints } from '../support/projecting/run-crash-points.js'
import { runRebuildUnderLoad } from '../support/projecting/run-rebuild-under-load.js'

const isFull = process.env.CYBERMESH_FULL === '1'

test('processes that were killed while they projected, rebuilt or went back leave read models that equal a clean rebuild', async () => {
  expect(await runCrashPoints({ points: isFull ? 24 : 6, checkEvery: isFull ? 12 : 6, seed: 3 })).toMatchObject({ ok: true, unequal: [] })
})

test('under load no read fails or mixes two moments while all is rebuilt, gone back on, dropped and made again', async () => {
  const report = await runRebuildUnderLoad({ perSecond: 300, readers: 20, thinkMs: 500, history: 1000, settleMs: 500 })
  expect(report).toMatchObject({ errors: [], duringRebuild: { failed: 0, mixed: 0, backwards: 0, healing: 0 }, duringDrop: { failed: 0, mixed: 0, backwards: 0 } })
  expect([...report.rebuild, ...report.rollBack, ...report.end].filter(({ equal }) => !equal)).toEqual([])
  expect(report.drop.said.join()).toContain('tables are gone')
})
