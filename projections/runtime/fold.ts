/** Walks the events of a batch for a fold; what goes wrong with one event is told with its position. */
import type { RecordedEvent } from '../../eventlog/log.js'
import { PoisonEventError } from './errors.js'
import type { BatchEntry } from './projection.js'

export function forEachEvent(entries: readonly BatchEntry[], visit: (recorded: RecordedEvent) => void): void {
  for (const entry of entries) {
    if (entry.kind !== 'event') continue
    try {
      visit(entry.recorded)
    } catch (error) {
      throw error instanceof PoisonEventError ? error : new PoisonEventError(entry.position, error instanceof Error ? error.message : String(error))
    }
  }
}
