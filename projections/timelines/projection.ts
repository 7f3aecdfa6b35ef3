/** Lifecycle timelines as a projection over any timeline store. */
import { asPosition } from '../../domain/ids.js'
import { splitBatch } from '../runtime/batch.js'
import type { Projection, ProjectionBatch, Rebuild } from '../runtime/projection.js'
import { foldTimelines } from './fold.js'
import type { TimelineRebuild, TimelineStore } from './store.js'

export const TIMELINES_PROJECTION = { name: 'timelines', version: 1 } as const

export function createTimelinesProjection(store: TimelineStore): Projection {
  const { name, version } = TIMELINES_PROJECTION
  const apply = ({ from, next, entries, deadLetters }: ProjectionBatch): Promise<void> =>
    store.apply({ name, version, from, next, deadLetters, ...foldTimelines(entries) })
  return {
    name,
    version,
    takesUnreadable: false,
    verify: async () => store.verify?.(name, version),
    checkpoint: () => store.checkpoint(name, version),
    apply: async (batch) => {
      const stops = await store.stops?.(name, version) ?? []
      const reached = Math.min(Infinity, ...stops)
      // An earlier attempt may have brought every part of the store to a stop already.
      for (const part of splitBatch(batch, stops)) if (stops.length === 0 || part.next.position > reached || part.from >= reached) await apply(part)
    },
    deadLetters: () => store.deadLetters(name, version),
    removeLeftovers: async () => store.removeLeftovers?.(),
    reset: () => store.reset(),
    beginRebuild: async () => timelineRebuild(store, await store.beginRebuild()),
    beginRollBack: async () => timelineRebuild(store, await store.beginRollBack()),
  }
}

/** A second version of the timelines as a rebuild of the projection. */
export function timelineRebuild(live: TimelineStore, { store, replaceLive, compare, differences, switchMs, end }: TimelineRebuild): Rebuild {
  const { name, version } = TIMELINES_PROJECTION
  return {
    projection: createTimelinesProjection(store),
    async switchOver(catchUp) {
      for (;;) {
        const { position } = await live.checkpoint(name, version)
        await catchUp(asPosition(position))
        const startedAt = performance.now()
        const result = await replaceLive(name, version)
        const heldMs = performance.now() - startedAt
        if (result !== 'moved') return { position, isEqual: result === 'equal', differences: differences(), replaced: version, heldMs, switchMs: switchMs?.() ?? heldMs }
      }
    },
    async compare(catchUp) {
      await catchUp(asPosition((await live.checkpoint(name, version)).position))
      return compare(name, version)
    },
    end,
  }
}
