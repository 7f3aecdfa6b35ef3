/**
 * Reads of the embedded log, always in bounded pages: no LMDB cursor stays open between pages, so a slow consumer
 * keeps no old pages alive and the writer is never held up.
 */
import { asPosition } from '../../domain/ids.js'
import { DEFAULT_BATCH_BYTES, type LogEntry, type ReadEntries } from '../entries.js'
import type { ReadDirection, RecordedEvent } from '../log.js'
import { decodeRecord } from '../record.js'
import { entriesFrom, entryOf, lengthOf } from './entry-table.js'
import { lastRevision, positionOf } from './stream-index.js'
import type { LogTables } from './tables.js'

const PAGE = 256

/** Forgets the snapshot that this event turn has been reading, so that what other processes wrote becomes visible. */
export const refresh = (tables: LogTables): void => tables.root.resetReadTxn()

export function readPage(tables: LogTables, { from, limit, maxBytes = DEFAULT_BATCH_BYTES }: ReadEntries): LogEntry[] {
  const entries: LogEntry[] = []
  let size = 0
  if (limit <= 0) return entries
  for (const { position, value } of entriesFrom(tables.entries, from)) {
    entries.push({ position: asPosition(position), bytes: value })
    size += value.length
    if (entries.length >= limit || size >= maxBytes) break
  }
  return entries
}

export async function* readAll(tables: LogTables, { from, limit = Infinity, backwards = false }: ReadDirection = {}): AsyncGenerator<RecordedEvent> {
  refresh(tables)
  const end = lengthOf(tables.entries)
  const step = backwards ? -1 : 1
  let next = backwards ? Math.min(from ?? end - 1, end - 1) : (from ?? 0)
  let left = limit
  while (left > 0 && next >= 0 && next < end) {
    const count = Math.min(PAGE, left, backwards ? next + 1 : end - next)
    const first = backwards ? next - count + 1 : next
    const page = readPage(tables, { from: asPosition(first), limit: count })
    if (backwards) {
      // A page cut short by its size lacks its newest entries, which come first here.
      if (page.length < count) { yield decodeAt(tables, next); next -= 1; left -= 1; continue }
      page.reverse()
    }
    for (const { bytes } of page) yield decodeRecord(bytes)
    next += step * page.length
    left -= page.length
    refresh(tables)
  }
}

export async function* readStream(tables: LogTables, stream: string, { from, limit = Infinity, backwards = false }: ReadDirection = {}): AsyncGenerator<RecordedEvent> {
  refresh(tables)
  const head = lastRevision(tables, stream)
  if (head === undefined) return
  let revision = backwards ? Math.min(from ?? head, head) : (from ?? 0)
  for (let left = limit; left > 0 && revision >= 0 && revision <= head; left--) {
    yield decodeAt(tables, positionOf(tables, stream, revision))
    revision += backwards ? -1 : 1
  }
}

function decodeAt(tables: LogTables, position: number): RecordedEvent {
  return decodeRecord(entryOf(tables.entries, position))
}
