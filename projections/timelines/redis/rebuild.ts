/**
 * Blue/green rebuild: a new generation grows beside the live one under names of its own, is compared with it while
 * writers are held, and takes its place in one step. The one before stays, to go back to.
 */
import { randomBytes } from 'node:crypto'
import type { TableDifference } from '../../runtime/projection.js'
import type { TimelineRebuild, TimelineStore } from '../store.js'
import { checkpointName, runOn, runOnAll, LIVE, type Core } from './core.js'
import { differencesOf } from './differences.js'
import { RedisTimelinesError } from './errors.js'
import { readPointer, removeOldGenerations } from './generations.js'
import { holdKey, pointerKey, rebuildKey } from './layout.js'
import { keepLease, type Lease } from './lease.js'
import { SWITCH } from './lua/switch.js'
import { TRIM } from './lua/trim.js'
import { script } from './run-script.js'
import { readState } from './states.js'

const SWITCH_SCRIPT = script(SWITCH)
const TRIM_SCRIPT = script(TRIM)
const TRIM_STEPS = 1000

/** @param storeOf a store over one generation */
export async function beginRebuild(core: Core, storeOf: (generation: string) => TimelineStore): Promise<TimelineRebuild> {
  const lease = await takeRebuildLease(core)
  try {
    await removeOldGenerations(core)
    return replacement(core, lease, storeOf, await createGeneration(core))
  } catch (error) {
    await lease.drop()
    throw error
  }
}

/** The generation before the live one, to be brought to the live position and switched to. */
export async function beginRollBack(core: Core, storeOf: (generation: string) => TimelineStore): Promise<TimelineRebuild> {
  const lease = await takeRebuildLease(core)
  const { previous } = await readPointer(core)
  if (previous !== undefined) return replacement(core, lease, storeOf, previous)
  await lease.drop()
  throw new RedisTimelinesError('NO_PREVIOUS', 'there is no previous version of the timelines to go back to; it is kept from one rebuild to the next', 'other')
}

/** Puts an empty generation in the place of the live one and removes all others. */
export async function empty(core: Core): Promise<void> {
  const { client } = core.connection
  const { live } = await readPointer(core)
  if (live === undefined) return
  await runOn(core, SWITCH_SCRIPT, 0, LIVE, [live, await createGeneration(core), '', ''])
  await client.hdel(pointerKey(core.layout), 'previous')
  await removeOldGenerations(core)
}

async function createGeneration({ connection: { client }, layout }: Core): Promise<string> {
  const pointer = pointerKey(layout)
  if (await client.hsetnx(pointer, 'generation', '1') === 1) await client.hset(pointer, { last: '1', epoch: randomBytes(8).toString('hex') })
  return String(await client.hincrby(pointer, 'last', 1))
}

async function takeRebuildLease(core: Core): Promise<Lease> {
  const lease = await keepLease(core, rebuildKey(core.layout), 30_000)
  if (lease !== undefined) return lease
  throw new RedisTimelinesError('REBUILD_RUNNING', 'the timelines are being rebuilt by another process; wait until it is done, or half a minute where it was killed', 'other')
}

function replacement(core: Core, lease: Lease, storeOf: (generation: string) => TimelineStore, generation: string): TimelineRebuild {
  const store = storeOf(generation)
  let hold: Lease | undefined
  let switchMs = 0
  let differences: readonly TableDifference[] = []
  /** Holds the live one, until the end where it has moved, so that the next attempt finds it where it was; then compares. */
  const compareHeld = async (name: string, version: number): Promise<{ readonly live: string; readonly token: string; readonly differences: readonly TableDifference[] } | 'moved'> => {
    hold ??= await holdLive(core)
    const [live, built] = await Promise.all([readState(core, LIVE, name, version), readState(core, generation, name, version)])
    const position = built.shards[0]?.position
    if ([...live.shards, ...built.shards].some((shard) => shard.position !== position)) return 'moved'
    await trimAll(core, live.generation)
    await trimAll(core, generation)
    return { live: live.generation, token: hold.token, differences: await differencesOf(core, live.generation, generation) }
  }
  return {
    store,
    async replaceLive(name, version) {
      const compared = await compareHeld(name, version)
      if (compared === 'moved') return 'moved'
      // Readers go on while the two are compared; only the script itself stops them.
      const startedAt = performance.now()
      const outcome = await runOn<string>(core, SWITCH_SCRIPT, 0, LIVE, [compared.live, generation, checkpointName(name, version), compared.token])
      switchMs = performance.now() - startedAt
      if (outcome === 'moved') return 'moved'
      await hold?.drop()
      hold = undefined
      differences = compared.differences
      return differences.length === 0 ? 'equal' : 'different'
    },
    async compare(name, version) {
      const compared = await compareHeld(name, version)
      return compared === 'moved' ? undefined : compared.differences
    },
    differences: () => differences,
    switchMs: () => switchMs,
    async end() {
      await hold?.drop()
      try {
        await removeOldGenerations(core)
      } finally {
        await lease.drop()
      }
    },
  }
}

/** The hold must outlast one step of the comparison, not all of it: it is renewed meanwhile. */
async function holdLive(core: Core): Promise<Lease> {
  const hold = await keepLease(core, holdKey(core.layout), 10_000)
  if (hold !== undefined) return hold
  throw new RedisTimelinesError('REBUILD_RUNNING', 'the live timelines are held by another process; try again in a few seconds', 'other')
}

/** Until nothing is left to trim, so that two generations are compared as the log says, not as their calls came. */
export async function trimAll(core: Core, generation: string): Promise<void> {
  for (;;) {
    const left = await runOnAll<readonly [string, number]>(core, TRIM_SCRIPT, generation, [core.limits.window, core.limits.historyHours, TRIM_STEPS])
    if (left.every(([, more]) => more === 0)) return
  }
}
