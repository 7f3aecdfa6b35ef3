/**
 * Calibration rows straight from the event log, without a database: the fold of the projection, up to a position. The
 * log is read twice: once to learn what became of every anomaly, once for what was published. Between the two only a
 * short record of each anomaly is held, never a payload.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventData } from '../../domain/events/schema.js'
import { asPosition } from '../../domain/ids.js'
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import type { EntryLog, LogEntry } from '../../eventlog/entries.js'
import { createCalibrationFold, type LaterFacts } from '../calibration/row-changes.js'
import { decodeEntry } from '../runtime/batch.js'
import { rowOf, type DatasetRow } from './row.js'

/** What is held of an anomaly. */
export type RowRecord = LaterFacts & { readonly position: number; readonly publishedAt: number }

export type FoldedLog = {
  /** By anomaly, in the order of publication. */
  readonly records: ReadonlyMap<string, RowRecord>
  /** Positions that no read model could apply either: each has a dead letter there. */
  readonly passedOver: readonly number[]
}

export type ReadLog = {
  readonly entries: EntryLog
  /** Number of entries to read, from the first. */
  readonly until: number
  readonly signal?: AbortSignal
  /** Told after every page: how many entries were read. */
  readonly onProgress?: (position: number) => void
}

const PAGE = 1000

/** Every entry below `until`, in order. Throws where the log ends before, or `signal` aborts. */
export async function* readEntriesUntil({ entries, until, signal, onProgress }: ReadLog): AsyncGenerator<LogEntry> {
  for (let position = 0; position < until;) {
    signal?.throwIfAborted()
    const page = await entries.readEntries({ from: asPosition(position), limit: Math.min(PAGE, until - position) })
    if (page.length === 0) throw new RangeError(`the log ends at ${position}, before position ${until}`)
    yield* page
    position += page.length
    onProgress?.(position)
    // A store that answers at once would keep signals waiting until the end.
    await nextTurn()
  }
}

export type WhileFolding = {
  /** Sees every entry. */
  readonly onEntry?: (entry: LogEntry) => void
  /** Sees what was published, each anomaly once. */
  readonly onPublished?: (published: EventData<'AnomalyPublished'>) => void
}

export async function foldLog(read: ReadLog, { onEntry, onPublished }: WhileFolding = {}): Promise<FoldedLog> {
  const records = new Map<string, RowRecord>()
  const standing = new Map<string, readonly StandingVerdict[]>()
  const passedOver: number[] = []
  for await (const entry of readEntriesUntil(read)) {
    onEntry?.(entry)
    const decoded = decodeEntry(entry)
    if (decoded.kind === 'unreadable') {
      passedOver.push(entry.position)
      continue
    }
    const fold = createCalibrationFold(standing)
    try {
      fold.visit(decoded.recorded)
    } catch {
      passedOver.push(entry.position)
      continue
    }
    const { inserted, updated } = fold.finish()
    for (const [id, { published, ...row }] of inserted) {
      onPublished?.(published)
      standing.set(id, [])
      records.set(id, { ...row, publishedAt: published.at })
    }
    for (const [id, facts] of updated) {
      records.set(id, { ...records.get(id) as RowRecord, ...facts })
      if (facts.judged !== undefined) standing.set(id, facts.judged.verdicts)
    }
  }
  return { records, passedOver }
}

/** The rows, in the order of publication. @param folded of the same log up to the same position */
export async function* readRows(read: ReadLog, { records }: Pick<FoldedLog, 'records'>): AsyncGenerator<DatasetRow> {
  for await (const entry of readEntriesUntil(read)) {
    const decoded = decodeEntry(entry)
    if (decoded.kind === 'unreadable' || decoded.recorded.event.type !== 'AnomalyPublished') continue
    const published = decoded.recorded.event.data
    const record = records.get(published.anomalyId)
    // A second publication of an id is no row.
    if (record?.position === entry.position) yield rowOf(published, record)
  }
}
