/** Lifecycle timelines as a projection over any timeline store. */
import type { Projection } from '../runtime/projection.js'
import { foldTimelines } from './fold.js'
import type { TimelineStore } from './store.js'

export const TIMELINES_PROJECTION = { name: 'timelines', version: 1 } as const

export function createTimelinesProjection(store: TimelineStore): Projection {
  const { name, version } = TIMELINES_PROJECTION
  return {
    name,
    version,
    takesUnreadable: false,
    checkpoint: () => store.checkpoint(name, version),
    apply: ({ from, next, entries, deadLetters }) => store.apply({ name, version, from, next, deadLetters, ...foldTimelines(entries) }),
    deadLetters: () => store.deadLetters(name, version),
    reset: () => store.reset(),
  }
}
