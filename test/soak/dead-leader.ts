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
  let isPaused = false
  const load = (async () => {
    while (!isOver) {
      if (!isPaused) await feed.send(1)
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
    // The bar speaks of a healthy network: whoever was killed last has earned its turns back.
    await until('everybody leads in turn again', async () => (await seats(running.api)).every(({ score }) => score === 100), 300_000)
    // Between two transactions the view stands still, so that who is killed is the one whom everybody waits for next.
    isPaused = true
    await sleep(1000)
    let leader: string | undefined
    await until('all agree on who leads', async () => {
      const before = leader
      leader = await leaderNow(running.api)
      if (leader !== undefined && leader === before) return true
      await sleep(500)
      return false
    }, 60_000)
    if (leader === undefined) throw new Error('nobody leads')
    const victim = up.running().pids[leader] as number
    const others = VALIDATORS.filter((name) => name !== leader)
    const heights = await Promise.all(others.map(async (name) => (await look(running, name)).height))
    kill(victim)
    const killedAt = performance.now()
    isPaused = false
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

type Seat = { readonly name: string; readonly leader: string | null; readonly score: number | null }

async function seats(api: string): Promise<readonly Seat[]> {
  const body = JSON.stringify({ query: '{ roundTable { name leader score } }' })
  const response = await fetch(`${api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return ((await response.json()) as { data: { roundTable: readonly Seat[] } }).data.roundTable
}

/** Undefined while they do not agree: something is still under way. */
async function leaderNow(api: string): Promise<string | undefined> {
  const [leader, ...others] = new Set((await seats(api)).map((seat) => seat.leader))
  return others.length === 0 ? leader ?? undefined : undefined
}
