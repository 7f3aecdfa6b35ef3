/** Entries to batches: decodes each entry on its own, so that one unreadable entry costs only itself. */
import { EventFormatError } from '../../domain/events/codec.js'
import { asPosition, type Position } from '../../domain/ids.js'
import type { LogEntry } from '../../eventlog/entries.js'
import { decodeRecord } from '../../eventlog/record.js'
import { timeOf, type BatchEntry, type DeadLetter, type Projection, type ProjectionBatch } from './projection.js'

export function decodeEntry({ position, bytes }: LogEntry): BatchEntry {
  try {
    return { kind: 'event', position, bytes, recorded: decodeRecord(bytes) }
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error
    return { kind: 'unreadable', position, bytes, error: error.message }
  }
}

/** A batch of consecutive entries; `poisoned` are entries known to be impossible to apply. */
export function batchOf(
  projection: Pick<Projection, 'takesUnreadable'>, entries: readonly BatchEntry[], poisoned: ReadonlyMap<Position, string> = new Map(),
): ProjectionBatch {
  const first = entries[0] as BatchEntry
  const last = entries.at(-1) as BatchEntry
  const deadLetters: DeadLetter[] = []
  const kept = entries.filter((entry) => {
    const error = poisoned.get(entry.position) ?? (entry.kind === 'unreadable' && !projection.takesUnreadable ? entry.error : undefined)
    if (error === undefined) return true
    deadLetters.push({ position: entry.position, eventId: idOf(entry), eventType: entry.kind === 'event' ? entry.recorded.event.type : undefined, error })
    return false
  })
  const lastRead = entries.findLast((entry) => entry.kind === 'event')
  return {
    from: first.position,
    next: { position: asPosition(last.position + 1), lastEventId: idOf(last), lastEventAt: lastRead?.kind === 'event' ? timeOf(lastRead.recorded) : undefined },
    entries: kept,
    deadLetters,
  }
}

export const idOf = (entry: BatchEntry): string | undefined => (entry.kind === 'event' ? entry.recorded.id : undefined)

/** The batch in parts that end at `stops`, for a store of which parts are already there. */
export function splitBatch(batch: ProjectionBatch, stops: readonly Position[]): readonly ProjectionBatch[] {
  const inside = stops.filter((stop) => stop > batch.from && stop < batch.next.position)
  return [...inside, batch.next.position].map((to, i) => {
    const from = i === 0 ? batch.from : inside[i - 1] as Position
    const isIn = ({ position }: { readonly position: Position }): boolean => position >= from && position < to
    const entries = batch.entries.filter(isIn)
    if (to === batch.next.position) return { ...batch, from, entries, deadLetters: batch.deadLetters.filter(isIn) }
    const last = entries.at(-1)
    return {
      from, entries, deadLetters: batch.deadLetters.filter(isIn),
      next: { position: to, lastEventId: last?.position === to - 1 ? idOf(last) : undefined, lastEventAt: last?.kind === 'event' ? timeOf(last.recorded) : undefined },
    }
  })
}
