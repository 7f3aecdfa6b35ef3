/**
 * Reads and decodes the next page while the store works on the one before it, a few entries at a time, so that the
 * store's answers are met at once. At most one page is held ahead.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { asPosition, type Position } from '../../domain/ids.js'
import type { EntryLog } from '../../eventlog/entries.js'
import { decodeEntry } from './batch.js'
import type { BatchEntry } from './projection.js'

export type ReadAhead = {
  /** At most `limit` entries from `from` on; none at the end of the log. Where a full page is taken the next is begun. */
  take(from: Position, limit: number, end: number): Promise<readonly BatchEntry[]>
}

/** Entries decoded before the store gets its turn: well below a millisecond. */
const SLICE = 50

export function createReadAhead(entries: EntryLog): ReadAhead {
  let ahead: { readonly from: Position; readonly limit: number; readonly page: Promise<readonly BatchEntry[]> } | undefined
  const begin = (from: Position, limit: number): void => {
    // What goes wrong here goes wrong again where the page is asked for, and is told there.
    ahead = limit > 0 ? { from, limit, page: readInSlices(entries, from, limit).catch(() => []) } : undefined
  }
  return {
    async take(from, limit, end) {
      const wanted = Math.min(limit, end - from)
      const begun = ahead?.from === from ? await ahead.page : []
      const asked = begun.length > 0 ? Math.min(wanted, ahead?.limit ?? wanted) : wanted
      ahead = undefined
      const page = begun.length > 0 ? begun.slice(0, wanted) : (await entries.readEntries({ from, limit: wanted })).map(decodeEntry)
      // A page that is not full is the end of the log: what comes later is better read then.
      if (page.length === asked) begin(asPosition(from + asked), Math.min(limit, end - from - asked))
      return page
    },
  }
}

async function readInSlices(entries: EntryLog, from: Position, limit: number): Promise<readonly BatchEntry[]> {
  await nextTurn()
  const page = await entries.readEntries({ from, limit })
  const decoded: BatchEntry[] = []
  for (let start = 0; start < page.length; start += SLICE) {
    for (const entry of page.slice(start, start + SLICE)) decoded.push(decodeEntry(entry))
    await nextTurn()
  }
  return decoded
}
