/**
 * Writing batches. Each shard moves its checkpoint with its own effects, shard 0 first; after a crash in between some
 * shards are ahead, and are left alone until the others are where they are. What was there and no longer is (a wipe, a
 * restart that lost its last second) is told as ReadModelLostError, with where to begin again.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { asPosition, type Position } from '../../../domain/ids.js'
import { CheckpointConflictError, ReadModelLostError } from '../../runtime/errors.js'
import type { Checkpoint } from '../../runtime/projection.js'
import type { TimelineUpdate } from '../store.js'
import { checkpointName, runOn, type Core, type Generation } from './core.js'
import { encodeUpdate } from './encode-update.js'
import { RedisTimelinesError } from './errors.js'
import { APPLY } from './lua/apply.js'
import { script, type Argument } from './run-script.js'
import { checkpointOf, readState, type StoreState } from './states.js'

const APPLY_SCRIPT = script(APPLY)
/** A rebuild holds the live generation for the comparison; its lease ends by itself where it dies. */
const HELD_PAUSE_MS = 25

type Reply = readonly [outcome: 'applied' | 'held' | 'moved' | 'damaged', generation: string, position: string, more?: number]

export type Writer = {
  apply(update: TimelineUpdate): Promise<void>
  checkpoint(name: string, version: number): Promise<Checkpoint>
  /** Where shards stand; an update must not reach across. Nothing where there is but one. */
  stops(name: string, version: number): Promise<readonly Position[]>
  /** Throws ReadModelLostError where what was written is no longer there. */
  verify(name: string, version: number): Promise<void>
  forget(): void
}

type Known = {
  /** Of each shard; undefined where an answer was lost. */
  positions: number[] | undefined
  generation: string
  epoch: string
  highest: number
  healTo: number
}

const foreignKeys = ({ connection: { where } }: Core): RedisTimelinesError => new RedisTimelinesError('REDIS_FOREIGN_KEYS',
  `Redis at ${where} has keys anomaly:timeline:* that these timelines did not write; remove them, or name another database with /N at the end of the URL`, 'other')

/** @param discard empties the generation; called where it was found damaged */
export function createWriter(core: Core, generation: Generation, discard: () => Promise<void>): Writer {
  const known = new Map<string, Known>()
  const knownOf = (name: string): Known => {
    const found = known.get(name) ?? { positions: undefined, generation, epoch: '', highest: 0, healTo: 0 }
    known.set(name, found)
    return found
  }

  const lost = (key: string, now: Known, state: StoreState, reason: string): ReadModelLostError => {
    const { position } = checkpointOf(state)
    const had = now.highest
    Object.assign(now, { highest: position, healTo: Math.max(now.healTo, had), positions: state.shards.map((shard) => shard.position), epoch: state.epoch, generation: state.generation })
    return new ReadModelLostError(key.split(':')[0] as string, had, position, reason)
  }

  /** Reads where the shards stand; throws where that is behind what we have seen. */
  const load = async (name: string, version: number): Promise<StoreState> => {
    const key = checkpointName(name, version)
    const now = knownOf(key)
    const state = await readState(core, generation, name, version)
    const { position } = checkpointOf(state)
    if (now.highest > 0) {
      if (state.shards.some(({ isDamaged }) => isDamaged)) {
        await discard()
        throw lost(key, now, await readState(core, generation, name, version), 'keys were removed or changed by somebody else; see that maxmemory-policy is noeviction')
      }
      if (position < now.highest) throw lost(key, now, state, position === 0 ? 'it was wiped' : 'the server lost its last writes')
      if (generation === '' && now.epoch !== '' && state.epoch !== now.epoch) throw lost(key, now, state, 'it was wiped and filled again')
    }
    Object.assign(now, { positions: state.shards.map((shard) => shard.position), generation: state.generation, epoch: state.epoch })
    return state
  }

  const writeShard = async (key: string, update: TimelineUpdate, now: Known, shard: number, operations: readonly Argument[]): Promise<Reply> => {
    const { from, next } = update
    const args: Argument[] = [
      core.limits.window, core.limits.historyHours, key, from, next.position, next.lastEventId ?? '', next.lastEventAt ?? '',
      randomBytes(8).toString('hex'), now.healTo > next.position ? now.healTo : '', '', ...operations,
    ]
    for (;;) {
      const reply = await runOn<Reply>(core, APPLY_SCRIPT, shard, shard === 0 ? generation : now.generation, args)
      if (reply[0] !== 'held') return reply
      await sleep(HELD_PAUSE_MS)
    }
  }

  const applyTo = async (shards: readonly number[], update: TimelineUpdate, now: Known, operations: readonly (readonly Argument[])[]): Promise<void> => {
    const key = checkpointName(update.name, update.version)
    const { from, next: { position } } = update
    await Promise.all(shards.map(async (shard) => {
      const [outcome, live] = await writeShard(key, update, now, shard, operations[shard] ?? [])
      if (outcome === 'applied') {
        if (now.positions !== undefined) now.positions[shard] = position
        if (shard === 0) now.generation = live
        return
      }
      if (outcome === 'damaged' && now.highest === 0) throw foreignKeys(core)
      // Says what was lost, where something was.
      await load(update.name, update.version)
      throw new CheckpointConflictError(update.name, from)
    }))
  }

  return {
    async apply(update) {
      const { name, version, from, next } = update
      const now = knownOf(checkpointName(name, version))
      const positions = now.positions !== undefined && now.epoch !== '' ? now.positions : (await load(name, version)).shards.map(({ position }) => position)
      const waiting = positions.flatMap((position, shard) => (position >= next.position && position > from ? [] : [{ shard, position }]))
      if (waiting.length === 0 || waiting.some(({ position }) => position !== from)) {
        await load(name, version)
        throw new CheckpointConflictError(name, from)
      }
      const operations = encodeUpdate(core.layout, update)
      const shards = waiting.map(({ shard }) => shard)
      try {
        await applyTo(shards.filter((shard) => shard === 0), update, now, operations)
        await applyTo(shards.filter((shard) => shard !== 0), update, now, operations)
      } catch (error) {
        // What was lost on the way there or back is asked before anything is written again.
        if (!(error instanceof ReadModelLostError)) now.positions = undefined
        throw error
      }
      now.highest = Math.max(now.highest, next.position)
      if (next.position >= now.healTo) now.healTo = 0
    },
    async checkpoint(name, version) {
      const state = await readState(core, generation, name, version)
      const checkpoint = checkpointOf(state)
      const now = knownOf(checkpointName(name, version))
      // Only the first look: a later one may come in late, after something was lost.
      if (now.highest === 0 && now.epoch === '') Object.assign(now, { highest: checkpoint.position, epoch: state.epoch })
      return checkpoint
    },
    async stops(name, version) {
      const now = knownOf(checkpointName(name, version))
      if (core.layout.shards === 1) return []
      const positions = now.positions ?? (await load(name, version)).shards.map(({ position }) => position)
      return [...new Set(positions)].sort((a, b) => a - b).map(asPosition)
    },
    verify: async (name, version) => {
      await load(name, version)
    },
    forget: () => known.clear(),
  }
}
