/** How many anomalies have ever been in a state. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import { stateTimeline } from '../keys.js'
import type { TimelineStore } from '../store.js'

export const countTimeline = (timelines: TimelineStore, state: LifecycleState): Promise<number> => timelines.zcard(stateTimeline(state))
