/** Lifecycle timelines as a projection over any timeline store. */
import { asPosition } from '../../domain/ids.js'
import type { Projection, Rebuild } from '../runtime/projection.js'
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
    beginRebuild: () => beginTimelineRebuild(store, name, version),
  }
}

async function beginTimelineRebuild(live: TimelineStore, name: string, version: number): Promise<Rebuild> {
  const { store, replaceLive, end } = await live.beginRebuild()
  return {
    projection: createTimelinesProjection(store),
    async switchOver(catchUp) {
      for (;;) {
        const { position } = await live.checkpoint(name, version)
        await catchUp(asPosition(position))
        const result = await replaceLive(name, version)
        if (result !== 'moved') return { position, isEqual: result === 'equal' }
      }
    },
    end,
  }
}
