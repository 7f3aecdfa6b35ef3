/** Logs that read or subscribe wrongly, one defect each. */
import { asPosition } from '../../../domain/ids.js'
import { EventLogError } from '../../errors.js'
import type { RecordedEvent } from '../../log.js'
import type { Break } from './wrap.js'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

/** Orders by stream instead of by position. */
export const readsByStream: Break = (good) => ({
  async *readAll(options = {}) {
    yield* (await all(good.readAll(options))).sort((a, b) => a.stream.localeCompare(b.stream))
  },
})

/** Ignores that a stream is asked for backwards. */
export const readsStreamsForwards: Break = (good) => ({
  readStream: (stream, options = {}) => good.readStream(stream, { ...options, backwards: false }),
})

/** Says that an unknown stream has an event. */
export const inventsStreams: Break = (good) => ({ lastRevision: async (stream) => (await good.lastRevision(stream)) ?? 0 })

/** Gives what is there and ends, as a read does. */
export const subscribesOnce: Break = (good) => ({
  async *subscribe(from) {
    yield* good.readAll({ from })
  },
})

/** Takes the place to begin at as the last one seen. */
export const resumesTooLate: Break = (good) => ({ subscribe: (from, signal) => good.subscribe(asPosition(from + 1), signal) })

/** Lets through every event whose stream begins like the prefix's first letters. */
export const filtersLoosely: Break = (good) => ({
  subscribeFiltered: (from, signal, filter) => good.subscribeFiltered(from, signal, {
    ...filter, ...(filter.streamPrefixes === undefined ? {} : { streamPrefixes: filter.streamPrefixes.map((prefix) => prefix.slice(0, 5)) }),
  }),
})

/** Never says how far it looked. */
export const keepsCheckpoints: Break = (good) => ({
  async *subscribeFiltered(from, signal, filter) {
    for await (const one of good.subscribeFiltered(from, signal, filter)) if (one.kind === 'event') yield one
  },
})

/** Tells a place beyond what it delivered. */
export const checkpointsAhead: Break = (good) => ({
  async *subscribeFiltered(from, signal, filter) {
    for await (const one of good.subscribeFiltered(from, signal, filter)) {
      if (one.kind === 'event') yield { kind: 'checkpoint', position: asPosition(one.recorded.position + 1) }
      yield one
    }
  },
})

/** Loads all that waits before it gives the first event. */
export const loadsEverything: Break = (good) => ({
  async *subscribe(from, signal) {
    const held: RecordedEvent[] = await all(good.readAll({ from }))
    yield* held
    yield* good.subscribe(asPosition(from + held.length), signal)
  },
})

/** A subscription that has ended once begins at the end of the log, not where it was. */
export const skipsAfterDrop = (onDrop: (listener: () => void) => void): Break => (good) => ({
  async *subscribe(from, signal) {
    let hasDropped = false
    onDrop(() => { hasDropped = true })
    for await (const event of good.subscribe(from, signal)) {
      if (hasDropped) {
        hasDropped = false
        continue
      }
      yield event
    }
  },
})

/** Entries that carry another place than their own. */
export const shiftsEntries: Break = (good) => ({ readEntries: (options) => good.readEntries({ ...options, from: asPosition(options.from + 1) }) })

/** Answers after it was closed. */
export const answersWhenClosed: Break = (good) => ({
  async append(appends) {
    return good.append(appends).catch((error: unknown) => {
      if (error instanceof EventLogError) return { kind: 'appended' as const, events: [] }
      throw error
    })
  },
})
