/** Going back to the timelines before the last rebuild: brings them to the live position and switches, in one step. */
import type { Position } from '../../../domain/ids.js'
import type { EventLog } from '../../../eventlog/log.js'
import { runProjection } from '../../runtime/run.js'
import { createTimelinesProjection, timelineRebuild } from '../projection.js'
import type { RedisTimelineStore } from './index.js'

export type RollBack = { readonly log: EventLog; readonly store: RedisTimelineStore; readonly signal: AbortSignal }

/** Resolves with the position both versions stood at. Throws RedisTimelinesError NO_PREVIOUS where there is none. */
export async function rollBackTimelines({ log, store, signal }: RollBack): Promise<number> {
  const rollBack = timelineRebuild(store, await store.beginRollBack())
  try {
    const catchUp = async (until: Position): Promise<void> => {
      await runProjection({ log, projection: rollBack.projection, signal, until, poison: 'stop' })
      signal.throwIfAborted()
    }
    await catchUp((await createTimelinesProjection(store).checkpoint()).position)
    return (await rollBack.switchOver(catchUp)).position
  } finally {
    await rollBack.end()
  }
}
