/**
 * Decides one append against what is known of the log: the rules of the port, the same as the embedded log's. What is
 * planned but not written yet counts as known, so that several appends can go to the server together.
 */
import { asPosition } from '../../domain/ids.js'
import { isExpected, MAX_EVENT_BYTES } from '../check-append.js'
import { EventLogError } from '../errors.js'
import type { AppendResult, RecordedEvent } from '../log.js'
import type { PreparedAppend } from '../prepare.js'
import type { Known } from './known.js'
import { isSameEvent } from '../same-event.js'
import { bytesOf, recordedOf, type Stored } from './stored.js'

export type Plan = {
  /** Decides; resolves with the result that holds once all that is planned was written. Throws EventLogError. */
  decide(appends: readonly PreparedAppend[]): Promise<AppendResult>
  /** What has to be written, in order. */
  readonly events: readonly Stored[]
  readonly bytes: () => number
}

/** @param readAt gives an event of the log; @param linked the mark that the planned events carry */
export function createPlan(known: Known, readAt: (position: number) => Promise<Stored>, linked: number): Plan {
  const planned: Stored[] = []
  const heads = new Map<string, number>()
  const ids = new Map<string, Stored>()
  const start = known.position()
  let size = 0

  const headOf = (stream: string): number | undefined => heads.get(stream) ?? known.lastRevision(stream)

  async function findKnown(appends: readonly PreparedAppend[]): Promise<AppendResult | undefined> {
    const inBatch = new Set<string>()
    const events: RecordedEvent[] = []
    let partOf: PreparedAppend | undefined
    for (const append of appends) {
      for (const { id, encoded } of append.events) {
        if (inBatch.has(id)) return { kind: 'id-conflict', id }
        inBatch.add(id)
        const position = known.positionOf(id)
        const before = ids.get(id) ?? (position === undefined ? undefined : await readAt(position))
        if (before === undefined) continue
        if (before.place.stream !== append.stream || !isSameEvent(before.encoded, encoded)) return { kind: 'id-conflict', id }
        partOf ??= append
        events.push(recordedOf(before))
      }
    }
    if (partOf === undefined) return undefined
    if (events.length === inBatch.size) return { kind: 'already-there', events }
    return { kind: 'wrong-revision', stream: partOf.stream, expected: partOf.expected, actual: headOf(partOf.stream) }
  }

  return {
    events: planned,
    bytes: () => size,
    async decide(appends) {
      const before = await findKnown(appends)
      if (before !== undefined) return before
      const next: Stored[] = []
      const nextHeads = new Map<string, number>()
      let nextSize = 0
      for (const { stream, expected, events } of appends) {
        const actual = nextHeads.get(stream) ?? headOf(stream)
        if (!isExpected(expected, actual)) return { kind: 'wrong-revision', stream, expected, actual }
        for (const { id, encoded } of events) {
          const revision = (nextHeads.get(stream) ?? headOf(stream) ?? -1) + 1
          const stored: Stored = { id, encoded, place: { stream, revision, position: asPosition(start + planned.length + next.length) }, linked }
          const { length } = bytesOf(stored)
          if (length > MAX_EVENT_BYTES) throw new EventLogError('TOO_LARGE', 'event', `an event of ${length} bytes exceeds the limit of ${MAX_EVENT_BYTES}`)
          nextSize += length
          next.push(stored)
          nextHeads.set(stream, revision)
        }
      }
      planned.push(...next)
      for (const stored of next) ids.set(stored.id, stored)
      for (const [stream, revision] of nextHeads) heads.set(stream, revision)
      size += nextSize
      return { kind: 'appended', events: next.map(recordedOf) }
    },
  }
}
