/** One append as one LMDB transaction: it is decided before the first write, so nothing is ever half there. */
import type { AppendResult } from '../log.js'
import { planAppend, recordedAs, type KnownEvent, type PlannedEvent } from '../plan-append.js'
import type { PreparedAppend } from '../prepare.js'
import { decodeRecord, encodedIn } from '../record.js'
import { lengthOf } from './read.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, appends: readonly PreparedAppend[]): AppendResult {
  const plan = planAppend({ length: lengthOf(tables), headOf: (stream) => tables.heads.get(stream), find: (id) => findStored(tables, id) }, appends)
  if (plan.kind !== 'append') return plan
  writePlanned(tables, plan.events)
  for (const [stream, revision] of inOrder([...plan.heads], ([name]) => name)) tables.heads.putSync(stream, revision)
  return { kind: 'appended', events: plan.events.map(recordedAs) }
}

function findStored(tables: LogTables, id: string): KnownEvent | undefined {
  const position = tables.ids.get(id)
  if (position === undefined) return undefined
  const stored = tables.entries.get(position) as Buffer
  const recorded = decodeRecord(stored)
  return { stream: recorded.stream, encoded: encodedIn(stored), recorded: () => recorded }
}

/** LMDB copies what it is given before `putSync` returns: one buffer serves all, and nothing is left to collect. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)

function bytesOf(text: string): Buffer {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  return text.length * 3 > scratch.length ? Buffer.from(text) : scratch.subarray(0, scratch.write(text))
}

/** Indexes are written in the order of their keys: neighbours share a page, which is then found and copied once. */
function writePlanned(tables: LogTables, planned: readonly PlannedEvent[]): void {
  for (const { place, text } of planned) tables.entries.putSync(place.position, bytesOf(text))
  for (const { place } of inOrder(planned, ({ place: { stream } }) => stream)) tables.streams.putSync([place.stream, place.revision], place.position)
  for (const { id, place } of inOrder(planned, (event) => event.id)) tables.ids.putSync(id, place.position)
}

const inOrder = <T>(values: readonly T[], key: (value: T) => string): T[] => [...values].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
