/**
 * How a producer's books change: by how its messages end, and by what analysts make of those that were committed. The
 * read model and whoever tells detectors both keep them by this rule, so they never name two scores.
 */
import type { VerdictLabel } from '../verdict/standing-verdicts.js'
import type { RejectCode } from '../reject-codes.js'
import type { ProducerCounts } from './producer.js'

export const NOTHING_COUNTED: ProducerCounts & { readonly confirmed: number; readonly falsePositives: number } = { committed: 0, refused: {}, confirmed: 0, falsePositives: 0 }

/** A message stands where it ended last: whoever counts a new end takes the one before back, by -1. */
export function countEnd<C extends ProducerCounts>(counts: C, end: 'COMMITTED' | RejectCode, by: 1 | -1): C {
  if (end === 'COMMITTED') return { ...counts, committed: counts.committed + by }
  const { [end]: before = 0, ...others } = counts.refused
  return { ...counts, refused: before + by === 0 ? others : { ...others, [end]: before + by } }
}

/** The label of one of its messages has changed. */
export function countLabel<C extends ProducerCounts>(counts: C, before: VerdictLabel | null, after: VerdictLabel | null): C & { readonly confirmed: number; readonly falsePositives: number } {
  const step = (label: VerdictLabel): number => Number(after === label) - Number(before === label)
  const { confirmed = 0, falsePositives = 0 } = counts
  return { ...counts, confirmed: confirmed + step('true_positive'), falsePositives: falsePositives + step('false_positive') }
}
