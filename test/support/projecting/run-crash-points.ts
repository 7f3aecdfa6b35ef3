/** kill -9 of a process that projects or rebuilds, at random points; the read models must equal a clean rebuild byte for byte. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CheckpointConflictError, rebuildProjection, runProjection, type Projection } from '../../../projections/index.js'
import { seededRandom } from '../../../projections/testing/seeded-random.js'
import { createGround, type Ground } from './ground.js'
import type { Order } from './messages.js'
import { startWorker, type Worker } from './start-worker.js'

export type CrashPoints = { readonly points: number; readonly checkEvery: number; readonly seed: number; readonly onPoint?: (point: number) => void }

export type CrashReport = {
  readonly ok: boolean
  readonly points: number
  readonly kills: Readonly<Record<Order['do'], number>>
  readonly checks: number
  readonly events: number
  readonly stores: readonly string[]
  /** Read models that were not what a clean rebuild has, with the point. */
  readonly unequal: readonly string[]
}

const { signal } = new AbortController()

export async function runCrashPoints({ points, checkEvery, seed, onPoint }: CrashPoints): Promise<CrashReport> {
  const ground = await createGround()
  const random = seededRandom(seed)
  const kills = { live: 0, rebuild: 0, 'roll-back': 0 }
  const unequal: string[] = []
  let checks = 0
  try {
    await ground.grow(500)
    await compare(ground)
    let next = startWorker(ground.places)
    for (let point = 1; point <= points; point++) {
      const worker = await next
      const order = chooseOrder(random)
      if (order.do === 'live') await ground.grow(50 + Math.floor(random() * 100))
      // The next process starts while this one works.
      next = startWorker(ground.places)
      await killSomewhere(worker, order, random)
      kills[order.do] += 1
      await ground.expireLeases()
      onPoint?.(point)
      if (point % checkEvery !== 0 && point !== points) continue
      checks += 1
      unequal.push(...(await compare(ground)).map((name) => `${name} after point ${point}`))
    }
    await (await next).kill()
    return { ok: unequal.length === 0, points, kills, checks, events: await ground.log.length(), stores: ['sql', 'embedded timelines', ...(ground.redis === undefined ? [] : ['redis'])], unequal }
  } finally {
    await ground.close()
  }
}

function chooseOrder(random: () => number): Order {
  const choice = random()
  if (choice < 0.5) return { do: 'live', batchEvents: 1 + Math.floor(random() * 40) }
  return { do: choice < 0.85 ? 'rebuild' : 'roll-back' }
}

/** After some of its reports and a moment more: between two statements, before a commit, in a switch, or while it cleans up. */
async function killSomewhere(worker: Worker, order: Order, random: () => number): Promise<void> {
  const reports = worker.heard.length + Math.floor(random() * (order.do === 'live' ? 60 : 40))
  const deadline = Date.now() + 3000
  worker.tell(order)
  while (worker.heard.length < reports && Date.now() < deadline) await sleep(1)
  await sleep(random() * 20)
  await worker.kill()
}

/** This process has its own idea of where a cache stands, and others have written to it since. */
async function catchUp(log: Ground['log'], projection: Projection): Promise<void> {
  const run = (): Promise<number> => runProjection({ log, projection, signal, untilEnd: true })
  await run().catch((error: unknown) => {
    if (!(error instanceof CheckpointConflictError)) throw error
    return run()
  })
}

/** Brings all to the end and compares each with a clean rebuild; names those that were not equal. */
async function compare({ projections, log }: Ground): Promise<string[]> {
  const unequal: string[] = []
  for (const projection of projections) {
    await catchUp(log, projection)
    const { equal, events } = await rebuildProjection({ log, projection, signal })
    if (!equal || events !== await log.length()) unequal.push(projection.name)
  }
  return unequal
}
