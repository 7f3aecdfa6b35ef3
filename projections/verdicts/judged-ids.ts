/** The anomalies that verdicts of a batch speak of. */
import type { BatchEntry } from '../runtime/projection.js'
import { verdictIn } from '../../domain/verdict/standing-verdicts.js'

export const judgedIdsOf = (entries: readonly BatchEntry[]): string[] =>
  entries.flatMap((entry) => (entry.kind === 'event' ? verdictIn(entry.recorded.event)?.verdict.anomalyId ?? [] : []))
