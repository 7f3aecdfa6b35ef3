/**
 * Does the traffic look like what a model was trained on? Batches of vectors are compared with the card's histograms by
 * the population stability index. Invariant: at most one batch is held, and without a full one nothing is in domain.
 */
import { FLOW_FEATURE_NAMES } from '../../../domain/models/flow-features.js'
import type { FeatureHistogram } from '../../models/card.js'

export const BATCH = 200
/** A feature above this has moved; 0.25 is the customary limit of a major shift. */
export const PSI_LIMIT = 0.25
/** Another network's benign traffic moves 63 % of the features, later days of the same network none (research §5.5). */
export const MOVED_SHARE_LIMIT = 0.2
/** An empty bin counts as this share, so that the index stays finite. */
const LEAST_SHARE = 0.001

export type DomainState = 'unknown' | 'inside' | 'outside'

export type DomainWatch = {
  state(): DomainState
  /** Features that had moved in the last full batch, by name. */
  moved(): readonly string[]
  /** Batches that were full so far, and how many of them were outside. */
  counts(): { readonly batches: number; readonly outside: number }
  /** Takes a vector of flow features; every BATCH vectors the state is worked out anew. */
  observe(vector: Float64Array): void
}

export function domainWatch(histograms: Readonly<Record<string, FeatureHistogram>>): DomainWatch {
  const watched = FLOW_FEATURE_NAMES.flatMap((name, at) => {
    const histogram = histograms[name]
    return histogram === undefined ? [] : [{ name, at, histogram, counts: new Float64Array(histogram.shares.length) }]
  })
  let held = 0
  let batches = 0
  let outside = 0
  let moved: readonly string[] = []

  const state = (): DomainState => (batches === 0 ? 'unknown' : isOutside() ? 'outside' : 'inside')
  const isOutside = (): boolean => moved.length > MOVED_SHARE_LIMIT * watched.length

  const judgeBatch = (): void => {
    moved = watched.filter(({ histogram, counts }) => stabilityIndex(histogram.shares, counts, held) > PSI_LIMIT).map(({ name }) => name)
    batches += 1
    if (isOutside()) outside += 1
    for (const { counts } of watched) counts.fill(0)
    held = 0
  }

  return {
    state, moved: () => moved, counts: () => ({ batches, outside }),
    observe(vector) {
      for (const { at, histogram, counts } of watched) {
        const bin = binOf(histogram.edges, vector[at] as number)
        counts[bin] = (counts[bin] as number) + 1
      }
      held += 1
      if (held === BATCH) judgeBatch()
    },
  }
}

/** Sum of (actual - expected) * ln(actual / expected) over the bins. */
export function stabilityIndex(expected: readonly number[], counts: Float64Array, total: number): number {
  return expected.reduce((sum, share, bin) => {
    const before = Math.max(LEAST_SHARE, share)
    const now = Math.max(LEAST_SHARE, (counts[bin] as number) / total)
    return sum + (now - before) * Math.log(now / before)
  }, 0)
}

/** A value on an edge lies below it. */
function binOf(edges: readonly number[], value: number): number {
  const bin = edges.findIndex((edge) => value <= edge)
  return bin === -1 ? edges.length : bin
}
