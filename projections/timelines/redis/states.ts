/** Where each shard of a generation stands. */
import { asPosition } from '../../../domain/ids.js'
import type { Checkpoint } from '../../runtime/projection.js'
import { checkpointName, runOnAll, type Core, type Generation } from './core.js'
import { STATE } from './lua/read.js'
import { script } from './run-script.js'

export type ShardState = {
  readonly position: number
  readonly lastEventId: string
  readonly lastEventAt: string
  /** A hot set has another size than was written: somebody else changed it, or the server evicted it. */
  readonly isDamaged: boolean
}

export type StoreState = {
  readonly generation: string
  /** Given when the store was made; another one, or none, says that everything was wiped meanwhile. */
  readonly epoch: string
  /** The position that is being worked towards after a loss. */
  readonly healing: { readonly position: number; readonly target: number } | undefined
  readonly shards: readonly ShardState[]
}

type StateReply = readonly [generation: string, epoch: string, heal: string, healAt: string, position: string, id: string, at: string, damaged: string]

const STATE_SCRIPT = script(STATE)

export async function readState(core: Core, generation: Generation, name: string, version: number): Promise<StoreState> {
  const replies = await runOnAll<StateReply>(core, STATE_SCRIPT, generation, [checkpointName(name, version)])
  const [live, epoch] = replies[0] as StateReply
  return {
    generation: live,
    epoch,
    healing: healingOf(replies),
    shards: replies.map(([, , , , position, lastEventId, lastEventAt, damaged]) => ({ position: Number(position), lastEventId, lastEventAt, isDamaged: damaged === '1' })),
  }
}

/** The furthest target and the shard that is furthest behind. */
export function healingOf(stamps: readonly (readonly [string, string, string, string, ...unknown[]])[]): StoreState['healing'] {
  const healing = stamps.filter(([, , heal]) => heal !== '').map(([, , heal, at]) => ({ target: Number(heal), position: Number(at) }))
  if (healing.length === 0) return undefined
  return { target: Math.max(...healing.map(({ target }) => target)), position: Math.min(...healing.map(({ position }) => position)) }
}

/** The store stands where its last shard stands. */
export function checkpointOf({ shards }: StoreState): Checkpoint {
  const last = shards.reduce((least, shard) => (shard.position < least.position ? shard : least))
  return {
    position: asPosition(last.position),
    lastEventId: last.lastEventId === '' ? undefined : last.lastEventId,
    lastEventAt: last.lastEventAt === '' ? undefined : Number(last.lastEventAt),
  }
}
