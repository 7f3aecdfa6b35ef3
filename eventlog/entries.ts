/**
 * The log as numbered bytes: what projections and the audit tree read. An entry that cannot be decoded is still an
 * entry, so one bad event never hides those after it.
 */
import type { Position } from '../domain/ids.js'
import { pause } from '../platform/pause.js'
import type { EventLog } from './log.js'
import { recordBytes } from './record.js'

export type LogEntry = {
  readonly position: Position
  /** As stored (record.ts). */
  readonly bytes: Uint8Array
}

export type ReadEntries = {
  readonly from: Position
  /** Most entries to return. */
  readonly limit: number
  /** Stops after the entry that passes this many bytes, so one batch of large payloads stays bounded. */
  readonly maxBytes?: number
}

export type EntryLog = {
  readEntries(options: ReadEntries): Promise<readonly LogEntry[]>
  /** Resolves with the length as soon as it exceeds `length`, or when `signal` aborts. */
  waitForGrowth(length: number, signal: AbortSignal): Promise<number>
  length(): Promise<number>
}

export const DEFAULT_BATCH_BYTES = 8 * 1024 * 1024

const isEntryLog = (log: EventLog): log is EventLog & EntryLog => 'readEntries' in log && 'waitForGrowth' in log

/** The entries of any log; adapters that keep the bytes give them as they are, for others they are encoded again. */
export function entriesOf(log: EventLog): EntryLog {
  if (isEntryLog(log)) return log
  return {
    length: () => log.length(),
    async readEntries({ from, limit, maxBytes = DEFAULT_BATCH_BYTES }) {
      const entries: LogEntry[] = []
      let size = 0
      for await (const recorded of log.readAll({ from, limit })) {
        const bytes = recordBytes(recorded)
        entries.push({ position: recorded.position, bytes })
        size += bytes.length
        if (size >= maxBytes) break
      }
      return entries
    },
    async waitForGrowth(length, signal) {
      // Another process may be the writer, so only asking again can tell.
      let now = await log.length()
      while (now <= length && !signal.aborted) {
        await pause(20, signal)
        now = await log.length()
      }
      return now
    },
  }
}
