/**
 * `npx tsx test/soak/one-down.ts --transactions 2000`: the same work with five validators and then with one of them
 * stopped for good; what four do must be at least 80 % of what five did.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { committed, conclude, look, openFeed, VALIDATORS, writeQuietFlows } from '../support/feed.js'
import { startUp, temporaryFolder, until } from '../support/mesh.js'

const { values } = parseArgs({ options: { transactions: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } } })
const count = Number(values.transactions)
const folder = temporaryFolder()
const data = `${folder.path}/mesh`
const up = startUp(data, '--flows', writeQuietFlows(folder.path), '--for', '3600')
try {
  const running = await up.ready()
  const feed = await openFeed(data)
  /** A steady stream rather than one heap, so that views follow each other and dead leaders get their turns. */
  const perSecond = async (): Promise<number> => {
    const before = await committed(running)
    const startedAt = performance.now()
    for (let sent = 0; sent < count; sent += 10) {
      await feed.send(10)
      await sleep(20)
    }
    await until('all of it is committed', async () => await committed(running) >= before + count, 300_000)
    return Math.round(count / ((performance.now() - startedAt) / 1000))
  }
  await perSecond()
  const five: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) five.push(await perSecond())
  const viewsBefore = (await look(running, 'validator-0')).viewChanges
  // Stopped, not killed: `up` would start it again.
  process.kill(running.pids[VALIDATORS[2]] as number, 'SIGSTOP')
  const four: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) four.push(await perSecond())
  const viewChanges = (await look(running, 'validator-0')).viewChanges - viewsBefore
  process.kill(running.pids[VALIDATORS[2]] as number, 'SIGCONT')
  await feed.close()
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const ratio = Math.round((mean(four) / mean(five)) * 100) / 100
  conclude({ ok: ratio >= 0.8, ...{ perSecondWithFive: five, perSecondWithOneDown: four, ratio, viewChanges } })
} finally {
  await up.killEverything().catch(() => undefined)
  folder.remove()
}
