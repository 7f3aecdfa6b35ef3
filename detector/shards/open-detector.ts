/** A detector for a run: in this thread, or with workers. Both find the same; one with workers says it some records later. */
import type { Counts } from '../counts.js'
import { newDetector } from '../detector.js'
import type { Incident } from '../incidents/incident-book.js'
import type { SourceItem } from '../sources/records.js'
import { newShardedDetector, type ShardingOptions } from './sharded-detector.js'

export type OpenDetector = {
  readonly modelVersion: string
  readonly counts: Counts
  /** Incidents of this item and, with workers, of items before it. A promise is to be awaited before the next item. */
  accept(item: SourceItem): readonly Incident[] | Promise<readonly Incident[]>
  /** The end of a recording: what is left of it. */
  finish(): readonly Incident[] | Promise<readonly Incident[]>
  /** Stops the workers. */
  close(): Promise<void>
}

/** @param options with `workers` from 1, the default, which is none beside this thread */
export function openDetector({ workers = 1, ...options }: Omit<ShardingOptions, 'workers'> & { readonly workers?: number | undefined }): OpenDetector {
  if (workers > 1) return newShardedDetector({ ...options, workers })
  const { engines, newId, rulesNow, earlier, scores } = options
  return { ...newDetector(engines, newId, rulesNow, earlier, scores), close: () => Promise.resolve() }
}
