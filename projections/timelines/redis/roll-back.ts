/** Going back to the timelines before the last rebuild: brings them to the live position and switches, in one step. */
import type { EventLog } from '../../../eventlog/log.js'
import { rollBackProjection } from '../../runtime/rebuild.js'
import { createTimelinesProjection } from '../projection.js'
import type { RedisTimelineStore } from './index.js'

export type RollBack = { readonly log: EventLog; readonly store: RedisTimelineStore; readonly signal: AbortSignal }

/** Resolves with the position both versions stood at. Throws RedisTimelinesError NO_PREVIOUS where there is none. */
export async function rollBackTimelines({ log, store, signal }: RollBack): Promise<number> {
  return (await rollBackProjection({ log, projection: createTimelinesProjection(store), signal })).events
}
