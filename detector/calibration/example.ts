/**
 * What a calibrator learns from: a score, and what analysts said of it. How a lifecycle ended is no truth label, so
 * nothing here can be made of a rejection, however many there are; a replay or a lying validator moves nothing.
 */
export type Example = {
  /** Score of the ensemble before calibration, 0..1. */
  readonly score: number
  readonly isAttack: boolean
  /** How likely it was that this score would be published at all: 1 above the threshold, less for a drawn sample. */
  readonly propensity: number
  /** Who said so. */
  readonly reporters: readonly string[]
  /** When it was published, UTC milliseconds. */
  readonly at: number
}

/** The columns of a calibration row that say what an example needs. */
export type JudgedRow = {
  readonly rawScore: number | null
  /** What more analysts say than say anything else: true_positive, false_positive or benign. */
  readonly label: string | null
  readonly verdicts: readonly { readonly reporterId: string; readonly verdict: string }[]
  /** `publish`, or `sample:P` for one in 1/P of those below the threshold. */
  readonly decision: string
  readonly publishedAt: Date
  readonly authentic: boolean
}

/** In the order of their publication. Rows without a score or without agreed truth give none. */
export function examplesOf(rows: readonly JudgedRow[]): readonly Example[] {
  return rows.flatMap(({ rawScore, label, verdicts, decision, publishedAt, authentic }): Example[] => {
    const propensity = propensityOf(decision)
    if (rawScore === null || rawScore < 0 || rawScore > 1 || label === null || !authentic || propensity === undefined) return []
    const reporters = verdicts.filter(({ verdict }) => verdict === label).map(({ reporterId }) => reporterId)
    return [{ score: rawScore, isAttack: label === 'true_positive', propensity, reporters, at: publishedAt.getTime() }]
  }).sort((a, b) => a.at - b.at)
}

const SAMPLE = /^sample:(0\.\d{1,6}|1)$/

/** Undefined where the decision does not say how likely it was. */
export function propensityOf(decision: string): number | undefined {
  if (decision === 'publish') return 1
  const share = Number(SAMPLE.exec(decision)?.[1])
  return share > 0 ? share : undefined
}
