/** Builds the read models in memory from a log, one bounded page at a time. */
import { asPosition } from '../../domain/ids.js'
import { entriesOf } from '../../eventlog/entries.js'
import type { EventLog } from '../../eventlog/log.js'
import { decodeEntry } from '../runtime/batch.js'
import { forEachEvent } from '../runtime/fold.js'
import { applyToModel, emptyModel, type MemoryModel } from './model.js'

const PAGE = 1000

export type BuildModel = {
  readonly log: EventLog
  /** Stop before this position; the end of the log as of now when absent. */
  readonly until?: number
  /** Go on from here instead of from the start. */
  readonly model?: MemoryModel
}

/** Entries that cannot be decoded are passed over. Throws PoisonEventError at an event that cannot be applied. */
export async function buildModel({ log, until, model = emptyModel() }: BuildModel): Promise<MemoryModel> {
  const entries = entriesOf(log)
  const end = until ?? await entries.length()
  while (model.position < end) {
    const page = await entries.readEntries({ from: asPosition(model.position), limit: Math.min(PAGE, end - model.position) })
    if (page.length === 0) break
    // One at a time: events that are gone before the next one comes cost the garbage collector nothing.
    for (const entry of page) forEachEvent([decodeEntry(entry)], (recorded) => applyToModel(model, recorded))
    model.position = (page.at(-1)?.position ?? model.position) + 1
  }
  return model
}
