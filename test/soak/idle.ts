/**
 * `npx tsx test/soak/idle.ts --minutes 10`: a mesh with nothing to do makes no view change and uses less than 1 % of a
 * processor a validator; then one transaction after the other commits at every validator within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { conclude, cpuMs, look, openFeed, VALIDATORS, writeQuietFlows } from '../support/feed.js'
import { startUp, temporaryFolder, until } from '../support/mesh.js'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } })
const minutes = Number(values.minutes)
const folder = temporaryFolder()
const data = `${folder.path}/mesh`
const up = startUp(data, '--flows', writeQuietFlows(folder.path), '--for', String(minutes * 60 + 120))
try {
  const running = await up.ready()
  // What starting costs is not idling.
  await sleep(15_000)
  const looks = () => Promise.all(VALIDATORS.map((name) => look(running, name)))
  const before = await looks()
  const usedBefore = VALIDATORS.map((name) => cpuMs(running.pids[name] as number))
  const startedAt = performance.now()
  await sleep(minutes * 60_000)
  const elapsedMs = performance.now() - startedAt
  const cpuPercent = VALIDATORS.map((name, i) => Math.round(((cpuMs(running.pids[name] as number) - (usedBefore[i] as number)) / elapsedMs) * 10_000) / 100)
  const after = await looks()

  const feed = await openFeed(data)
  const commitMs: number[] = []
  for (let round = 0; round < VALIDATORS.length; round++) {
    const heights = (await looks()).map(({ height }) => height)
    const sentAt = performance.now()
    await feed.send(1)
    await until('the transaction is final everywhere', async () => (await looks()).every(({ height }, i) => height > (heights[i] as number)), 30_000)
    commitMs.push(Math.round(performance.now() - sentAt))
    await sleep(1500)
  }
  await feed.close()
  await up.interrupt()
  const viewChanges = after.map((now, i) => now.viewChanges - (before[i]?.viewChanges ?? 0))
  const views = after.map(({ view }, i) => view - (before[i]?.view ?? 0))
  conclude({
    ok: viewChanges.every((count) => count === 0) && views.every((count) => count === 0) && cpuPercent.every((share) => share < 1) && commitMs.every((ms) => ms < 1000),
    ...{ minutes, viewChanges, views, cpuPercent, commitMs },
  })
} finally {
  await up.killEverything().catch(() => undefined)
  folder.remove()
}
