/** The event log port in memory, for tests that need many logs fast and want appends to fail on command. */
import { encodeEvent } from '../../../domain/events/codec.js'
import { asPosition } from '../../../domain/ids.js'
import { isExpected } from '../../check-append.js'
import type { AppendResult, EventLog, RecordedEvent } from '../../log.js'

export type MemoryLog = EventLog & { readonly events: readonly RecordedEvent[] }

export function createMemoryLog(): MemoryLog {
  const events: RecordedEvent[] = []
  const ids = new Map<string, RecordedEvent>()
  const heads = new Map<string, number>()
  const same = (a: RecordedEvent['event'], b: RecordedEvent['event']): boolean => JSON.stringify(encodeEvent(a)) === JSON.stringify(encodeEvent(b))
  return {
    events,
    append(appends): Promise<AppendResult> {
      const all = appends.flatMap(({ events: more }) => more)
      const conflict = all.find(({ id, event }) => ids.has(id) && !same((ids.get(id) as RecordedEvent).event, event))
      if (conflict !== undefined) return Promise.resolve({ kind: 'id-conflict', id: conflict.id })
      if (all.length > 0 && all.every(({ id }) => ids.has(id))) return Promise.resolve({ kind: 'already-there', events: all.map(({ id }) => ids.get(id) as RecordedEvent) })
      for (const { stream, expected } of appends) {
        const actual = heads.get(stream)
        if (!isExpected(expected, actual)) return Promise.resolve({ kind: 'wrong-revision', stream, expected, actual })
      }
      const added = appends.flatMap(({ stream, events: more }) => more.map(({ id, event }) => {
        const revision = (heads.get(stream) ?? -1) + 1
        heads.set(stream, revision)
        const recorded: RecordedEvent = { id, stream, revision, position: asPosition(events.length), event }
        events.push(recorded)
        ids.set(id, recorded)
        return recorded
      }))
      return Promise.resolve({ kind: 'appended', events: added })
    },
    async *readStream(stream, { from = 0, limit = Infinity } = {}) {
      yield* events.filter((entry) => entry.stream === stream && entry.revision >= from).slice(0, limit)
    },
    async *readAll({ from = 0, limit = Infinity } = {}) {
      yield* events.slice(from, from + limit)
    },
    async *subscribe(from) {
      yield* events.slice(from)
    },
    async *subscribeFiltered(from) {
      for (const recorded of events.slice(from)) yield { kind: 'event', recorded }
    },
    lastRevision: (stream) => Promise.resolve(heads.get(stream)),
    length: () => Promise.resolve(events.length),
    close: () => Promise.resolve(),
  }
}
