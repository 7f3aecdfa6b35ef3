/** What a plot shows of one model and one of its scores: counts in bins, never the rows. */
import { addJudged, binOf, newReliability, type Reliability } from '../../../domain/reliability.js'
import type { DatasetRow } from '../row.js'

export const HISTOGRAM_BINS = 25

export type HistogramBin = { attack: number; harmless: number; unknown: number }

export type ScoreBins = {
  /** Of the rows with a label. */
  readonly reliability: Reliability
  readonly histogram: readonly HistogramBin[]
  rows: number
}

export const emptyBins = (): ScoreBins => ({
  reliability: newReliability(),
  histogram: Array.from({ length: HISTOGRAM_BINS }, () => ({ attack: 0, harmless: 0, unknown: 0 })),
  rows: 0,
})

/** Whether a label speaks of an attack; undefined for none. */
export const isAttack = (label: string | null): boolean | undefined => (label === null ? undefined : label === 'true_positive')

/** @param score from 0 to 1 */
export function addScore(bins: ScoreBins, score: number, label: DatasetRow['label']): void {
  const attack = isAttack(label)
  const bar = bins.histogram[binOf(score, HISTOGRAM_BINS)] as HistogramBin
  bar[attack === undefined ? 'unknown' : attack ? 'attack' : 'harmless'] += 1
  bins.rows += 1
  if (attack !== undefined) addJudged(bins.reliability, score, attack)
}
