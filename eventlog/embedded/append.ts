/** One append as one LMDB transaction: it is decided before the first write, so nothing is ever half there. */
import type { AppendResult } from '../log.js'
import { planAppend, type KnownEvent, type PlannedEvent } from '../plan-append.js'
import { entryAt, type PreparedAppend } from '../prepare.js'
import { decodeRecord, encodedIn } from '../record.js'
import { findId, hasAny, putIds } from './id-index.js'
import { lengthOf } from './read.js'
import { addToStream, lastRevision } from './stream-index.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, appends: readonly PreparedAppend[]): AppendResult {
  const hasOld = hasAny(tables.old.ids)
  const length = lengthOf(tables)
  tables.recent.catchUp(length)
  const plan = planAppend({ length, headOf: (stream) => lastRevision(tables, stream), find: (id) => findStored(tables, id, hasOld) }, appends)
  if (plan.kind !== 'append') return plan
  writePlanned(tables, plan.events, plan.heads)
  return { kind: 'appended', events: plan.events.map(({ recorded }) => recorded) }
}

function findStored(tables: LogTables, id: string, hasOld: boolean): KnownEvent | undefined {
  const position = findId(tables, id, hasOld)
  if (position === undefined) return undefined
  const stored = tables.entries.get(position) as Buffer
  const recorded = decodeRecord(stored)
  return { stream: recorded.stream, encoded: encodedIn(stored), recorded: () => recorded }
}

/** Indexes are written in the order of their keys: neighbours share a page, which is then found and copied once. */
function writePlanned(tables: LogTables, planned: readonly PlannedEvent[], heads: ReadonlyMap<string, number>): void {
  const [first] = planned
  if (first === undefined) return
  for (const { prepared, recorded } of planned) tables.entries.putSync(recorded.position, entryAt(prepared, recorded))
  putIds(tables, planned.map(({ recorded }) => recorded.id), first.recorded.position)
  const positions = positionsByStream(planned)
  for (const [stream, last] of [...heads].sort(([a], [b]) => (a < b ? -1 : 1))) addToStream(tables, stream, positions.get(stream) ?? [], last)
}

function positionsByStream(planned: readonly PlannedEvent[]): ReadonlyMap<string, number[]> {
  const positions = new Map<string, number[]>()
  for (const { recorded: { stream, position } } of planned) {
    const known = positions.get(stream)
    if (known === undefined) positions.set(stream, [position])
    else known.push(position)
  }
  return positions
}
