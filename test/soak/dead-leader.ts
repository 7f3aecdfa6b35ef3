/**
 * `npx tsx test/soak/dead-leader.ts --rounds 5`: under light load the leader of the current view is killed with
 * SIGKILL; the next commit at the others must come within twice the base timeout.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { conclude, look, openFeed, VALIDATORS, writeQuietFlows, type Look } from '../support/feed.js'
import { kill, startUp, temporaryFolder, until } from '../support/mesh.js'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const BASE_TIMEOUT_MS = 2000
const folder = temporaryFolder()
const data = `${folder.path}/mesh`
const up = startUp(data, '--flows', writeQuietFlows(folder.path), '--for', '3600')
try {
  const running = await up.ready()
  const feed = await openFeed(data)
  // Light load: a transaction every 200 ms, from a feed that does not care who is alive.
  let isOver = false
  const load = (async () => {
    while (!isOver) {
      await feed.send(1)
      await sleep(200)
    }
  })()
  const looks = (): Promise<Look[]> => Promise.all(VALIDATORS.map((name) => look(running, name)))
  const everybodyIsThere = async (): Promise<boolean> => {
    const all = await looks()
    const highest = Math.max(...all.map(({ height }) => height))
    return all.every((one) => one.up && one.height >= highest - 3)
  }
  const nextCommitMs: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    await until('everybody is there', everybodyIsThere, 120_000)
    await sleep(2000)
    const { roundTable } = JSON.parse(await leaders(running.api)) as { roundTable: { name: string; leader: string | null }[] }
    const leader = roundTable.find((seat) => seat.leader !== null)?.leader as string
    const victim = up.running().pids[leader] as number
    kill(victim)
    const killedAt = performance.now()
    const others = VALIDATORS.filter((name) => name !== leader)
    const heights = await Promise.all(others.map(async (name) => (await look(running, name)).height))
    await until('the others commit', async () => {
      const now = await Promise.all(others.map(async (name) => (await look(running, name)).height))
      return now.every((height, i) => height > (heights[i] as number))
    }, 60_000)
    nextCommitMs.push(Math.round(performance.now() - killedAt))
  }
  isOver = true
  await load
  await feed.close()
  await up.interrupt()
  conclude({ ok: nextCommitMs.every((ms) => ms <= 2 * BASE_TIMEOUT_MS), ...{ baseTimeoutMs: BASE_TIMEOUT_MS, nextCommitMs } })
} finally {
  await up.killEverything().catch(() => undefined)
  folder.remove()
}

async function leaders(api: string): Promise<string> {
  const response = await fetch(`${api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ roundTable { name leader } }' }) })
  return JSON.stringify(((await response.json()) as { data: unknown }).data)
}
