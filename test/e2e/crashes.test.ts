import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cybermesh, kill, startUp, statusOf, temporaryFolder, until } from '../support/mesh.js'
import { readLedger } from '../support/ledger.js'

/** A few are enough to notice a mistake while working; more by `CYBERMESH_CRASHES=50 npx vitest run --project mesh test/e2e/crashes`. */
const CRASHES = Number(process.env['CYBERMESH_CRASHES'] ?? 3)

describe('kill -9', () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())

  test('of one validator: commits go on, it comes back to the same state, nobody voted twice in a view', async () => {
    const data = join(folder.path, 'one')
    const up = startUp(data, '--rate', '5')
    const running = await up.ready()
    const committed = async (): Promise<number> => Number((await statusOf(running, 'recorder'))['committed'])
    await until('something is committed', async () => await committed() > 0, 60_000)
    const victim = running.pids['validator-2'] as number
    kill(victim)
    const atDeath = await committed()
    await until('commits go on with four of five', async () => await committed() >= atDeath + 2, 60_000)
    await until('it was started again', () => up.running().pids['validator-2'] !== victim, 30_000)
    await until('it has caught up', async () => {
      const [back, other] = await Promise.all(['validator-2', 'validator-0'].map((name) => statusOf(running, name).catch(() => ({} as Record<string, unknown>))))
      return back?.['committedHeight'] !== undefined && Number(back['committedHeight']) >= Number(other?.['committedHeight']) - 2
    }, 60_000)
    const summary = await up.interrupt()
    expect(new Set(summary.stateRoots).size).toBe(1)
    expect(summary.stateRoots).not.toContain(null)
    const doctor = cybermesh('doctor', '--data', data, '--json')
    expect(doctor).toMatchObject({ code: 0 })
  })

  test(`of every process at once, ${CRASHES} times: nothing lost, nothing doubled, no gap`, async () => {
    const data = join(folder.path, 'all')
    let published = 0
    for (let crash = 0; crash < CRASHES; crash++) {
      const up = startUp(data, '--rate', '40')
      const running = await up.ready()
      // A different moment each time: after so many more lifecycles have begun.
      const goal = published + 1 + Math.floor(Math.random() * 40)
      await until(`${goal} published`, async () => Number((await statusOf(running, 'recorder'))['published']) >= goal, 120_000)
      await up.killEverything()
      const ledger = await readLedger(data)
      expect(ledger.faults).toEqual([])
      published = ledger.anomalies.size
    }
    const summary = await startUp(data, '--for', '3').finished()
    const ledger = await readLedger(data)
    expect(ledger.faults).toEqual([])
    expect(ledger.unaccounted).toBe(0)
    expect(ledger.anomalies.size).toBe(summary.published)
    expect(summary.published).toBe(summary.committed + summary.rejected + summary.timeout + summary.expired + summary.inFlight)
    expect(summary.published).toBeGreaterThanOrEqual(published)
    expect(summary.inFlight).toBe(0)
    expect(summary.height).toBe(ledger.heights)
    expect(summary.blocks).toBe(ledger.heights)
    expect(new Set(summary.stateRoots).size).toBe(1)
  })
})
