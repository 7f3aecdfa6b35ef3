/** The key names of the predecessor: what `ZCARD anomaly:timeline:COMMITTED` and `HGETALL anomaly:<id>` ask for. */
import type { LifecycleState } from '../../domain/anomaly/events.js'

export const ALL_TIMELINE = 'anomaly:timeline:all'
export const stateTimeline = (state: LifecycleState): string => `anomaly:timeline:${state}`
export const anomalyKey = (id: string): string => `anomaly:${id}`
