/**
 * `npx tsx test/soak/restarts.ts --restarts 200`: random validators of a mesh under load are killed with SIGKILL and
 * started again by `up`; then every safety record, every received vote, every chain and every message is looked at.
 */
import { parseArgs } from 'node:util'
import type { DoctorReport } from '../../cli/doctor/run-doctor.js'
import { conclude, look, VALIDATORS, type Look } from '../support/feed.js'
import { readLedger } from '../support/ledger.js'
import { cybermesh, kill, startUp, temporaryFolder, until } from '../support/mesh.js'

const { values } = parseArgs({ options: { restarts: { type: 'string', default: '20' }, rate: { type: 'string', default: '20' } } })
const restarts = Number(values.restarts)
const folder = temporaryFolder()
const data = `${folder.path}/mesh`
const up = startUp(data, '--rate', values.rate)
try {
  await up.ready()
  const startedAt = performance.now()
  const looks = (): Promise<Look[]> => Promise.all(VALIDATORS.map((name) => look(up.running(), name)))
  const killed: Record<string, number> = {}
  for (let round = 0; round < restarts; round++) {
    const victim = VALIDATORS[Math.floor(Math.random() * VALIDATORS.length)] as (typeof VALIDATORS)[number]
    let before = await look(up.running(), victim)
    await until(`${victim} answers (restart ${round + 1})`, async () => {
      before = await look(up.running(), victim)
      return before.up
    }, 60_000)
    // At any moment of its work, so not only between two blocks.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
    kill(before.pid)
    killed[victim] = (killed[victim] ?? 0) + 1
    await until(`${victim} was started again and has caught up (restart ${round + 1})`, async () => {
      const all = await looks()
      const back = all[VALIDATORS.indexOf(victim)] as Look
      return back.up && back.pid !== before.pid && back.height >= Math.max(...all.map(({ height }) => height)) - 3
    }, 120_000)
    process.stderr.write(`\r${round + 1} of ${restarts} restarts`)
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const summary = await up.interrupt()
  const doctor = JSON.parse(cybermesh('doctor', '--data', data, '--json').stdout) as DoctorReport
  const ledger = await readLedger(data)
  const failed = doctor.checks.filter(({ level }) => level === 'fail')
  const settled = summary.committed + summary.rejected + summary.timeout + summary.expired + summary.inFlight
  conclude({
    ok: doctor.ok && ledger.faults.length === 0 && ledger.unaccounted === 0 && summary.inFlight === 0 && summary.published === settled
      && new Set(summary.stateRoots).size === 1 && !summary.stateRoots.includes(null),
    ...{
      restarts, seconds, killed, votes: doctor.votes, failed, published: summary.published, committed: summary.committed, rejected: summary.rejected, timeout: summary.timeout,
      expired: summary.expired, inFlight: summary.inFlight, unaccounted: ledger.unaccounted, faults: ledger.faults, height: summary.height, stateRoots: summary.stateRoots,
    },
  })
} finally {
  await up.killEverything().catch(() => undefined)
  folder.remove()
}
