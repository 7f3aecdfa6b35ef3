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
export function valueOf(window: TargetWindow, feature: Feature): number {
  switch (feature) {
    case 'packets': return Math.log1p(window.inPackets)
    case 'bytes': return Math.log1p(window.inBytes)
    case 'flows': return Math.log1p(window.flows)
    case 'sourceEntropy': return window.sourceEntropyBits
  }
}

export const sampleOf = (window: TargetWindow): Sample => ({
  packets: valueOf(window, 'packets'), bytes: valueOf(window, 'bytes'), flows: valueOf(window, 'flows'), sourceEntropy: valueOf(window, 'sourceEntropy'),
})

export type Baseline = {
  readonly samples: Sample[]
  /** Active windows seen in all, beyond those remembered. */
  seen: number
  cusum: number
  /** What was normal when so many had been seen, of the features that were asked for. */
  normals: { readonly atSeen: number; readonly of: Partial<Record<Feature, Normal>> }
}

export const newBaseline = (): Baseline => ({ samples: [], seen: 0, cusum: 0, normals: { atSeen: 0, of: {} } })

/** Medians hardly move while a sixteenth of what they are of changes, and sorting for each window was a third of the detector's time. */
const REFRESH_AFTER = 8
const refreshAfter = ({ samples }: Baseline): number => Math.max(REFRESH_AFTER, samples.length >> 4)

/** Overwrites the oldest sample once the history is full. */
export function remember(baseline: Baseline, sample: Sample, capacity = HISTORY): void {
  baseline.samples[baseline.seen % capacity] = sample
  baseline.seen += 1
}

export function normalFor(baseline: Baseline, feature: Feature): Normal {
  if (baseline.seen - baseline.normals.atSeen >= refreshAfter(baseline)) baseline.normals = { atSeen: baseline.seen, of: {} }
  const known = baseline.normals.of[feature]
  if (known !== undefined) return known
  const values = new Float64Array(baseline.samples.length)
  for (let i = 0; i < values.length; i++) values[i] = (baseline.samples[i] as Sample)[feature]
  const normal = normalOf(values)
  baseline.normals.of[feature] = normal
  return normal
}
