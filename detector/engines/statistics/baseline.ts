/** What is normal for one host: the last two minutes of its active seconds, in features whose scale is even. */
import type { TargetWindow } from '../../windows/target-window.js'
import { normalOf, type Normal } from './robust.js'

export const HISTORY = 120
export const FEATURES = ['packets', 'bytes', 'flows', 'sourceEntropy'] as const
export type Feature = (typeof FEATURES)[number]

/** Least spread assumed: logarithms vary by a quarter, entropy by half a bit, in the calmest traffic. */
export const SPREAD_FLOOR: Readonly<Record<Feature, number>> = { packets: 0.25, bytes: 0.25, flows: 0.25, sourceEntropy: 0.5 }

export type Sample = Readonly<Record<Feature, number>>

/** Counts as logarithms: their spread grows with their size. */
export const sampleOf = (window: TargetWindow): Sample => ({
  packets: Math.log1p(window.inPackets), bytes: Math.log1p(window.inBytes), flows: Math.log1p(window.flows),
  sourceEntropy: window.sourceEntropyBits,
})

export type Baseline = {
  readonly samples: Sample[]
  /** Active windows seen in all, beyond those remembered. */
  seen: number
  cusum: number
  normals: { readonly atSeen: number; readonly of: Readonly<Record<Feature, Normal>> } | undefined
}

export const newBaseline = (): Baseline => ({ samples: [], seen: 0, cusum: 0, normals: undefined })

/** Medians of two minutes hardly move in a few seconds, and sorting for each window was a third of the engine's time. */
const REFRESH_AFTER = 8

/** Overwrites the oldest sample once the history is full. */
export function remember(baseline: Baseline, sample: Sample, capacity = HISTORY): void {
  baseline.samples[baseline.seen % capacity] = sample
  baseline.seen += 1
}

export function normalFor(baseline: Baseline, feature: Feature): Normal {
  if (baseline.normals === undefined || baseline.seen - baseline.normals.atSeen >= REFRESH_AFTER) {
    const of = (name: Feature): Normal => normalOf(baseline.samples.map((sample) => sample[name]))
    baseline.normals = {
      atSeen: baseline.seen,
      of: { packets: of('packets'), bytes: of('bytes'), flows: of('flows'), sourceEntropy: of('sourceEntropy') },
    }
  }
  return baseline.normals.of[feature]
}
