/** One pass over the event log for all checks that need it: each entry goes to every visitor, in order. */
import { asPosition } from '../../domain/ids.js'
import type { EntryLog } from '../../eventlog/entries.js'
import { decodeEntry } from '../../projections/runtime/batch.js'
import type { BatchEntry } from '../../projections/runtime/projection.js'
import type { Progress } from '../shared/progress.js'
import type { Finding } from './finding.js'

export type LogVisitor = {
  visit(entry: BatchEntry): void
  finish(): readonly Finding[]
}

const PAGE = 1000

/** @param length how many entries to read: those that come meanwhile are not looked at */
export async function visitLog(log: EntryLog, length: number, visitors: readonly LogVisitor[], progress: Progress): Promise<Finding[]> {
  for (let from = 0; from < length;) {
    const page = await log.readEntries({ from: asPosition(from), limit: Math.min(PAGE, length - from) })
    const last = page.at(-1)
    if (last === undefined) break
    for (const entry of page.map(decodeEntry)) for (const visitor of visitors) visitor.visit(entry)
    // Where positions are missing the next page still begins after what was read.
    from = last.position + 1
    if (from < length) progress.show(`reading the event log: ${from} of ${length}`)
  }
  return visitors.flatMap((visitor) => visitor.finish())
}
