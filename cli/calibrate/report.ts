/** All that `calibrate report` says: how good the probabilities in force are, how they came about, and whether the world has changed since. */
import { calibrated } from '../../detector/calibration/curve.js'
import { createDriftWatch, errorDrift, type Drift } from '../../detector/calibration/drift.js'
import { metricsOf, type Metrics } from '../../detector/calibration/metrics.js'
import type { Standing } from '../../detector/calibration/calibrate.js'
import type { DataFolder } from '../data-folder/open.js'
import { withFolderModels } from '../shared/folder-models.js'
import type { Progress } from '../shared/progress.js'
import { UserError } from '../shared/user-error.js'
import { readExamples } from './read-examples.js'
import { readHistory, type History } from './read-history.js'
import { readStanding } from './read-standing.js'

export type CalibrationReport = Metrics & Pick<Standing, 'threshold' | 'curve'> & {
  readonly history: History
  /** Of the squared errors, verdict by verdict, and of the probabilities of all that was published. */
  readonly drift: { readonly errors: Drift; readonly scores: Drift }
  /** The file that it was drawn in. */
  readonly svg?: string
}

/** Throws UserError where there are no verdicts. */
export const reportCalibration = (data: DataFolder, progress: Progress): Promise<CalibrationReport> => withFolderModels(data, progress, async ({ log, sql }) => {
  const { standing: { curve, threshold } } = await readStanding(log, data.genesis)
  const scores = createDriftWatch()
  const examples = await readExamples(sql, (rows) => progress.show(`${rows} calibration rows read`), ({ rawScore, authentic, publishedAt }) => {
    if (authentic && rawScore !== null && rawScore >= 0 && rawScore <= 1) scores.see(calibrated(curve, rawScore), publishedAt.getTime())
  })
  if (examples.length === 0) throw new UserError('NO_VERDICTS', 'no detection has an agreed verdict yet; `cybermesh verdict ANOMALY --verdict true_positive` gives one')
  return {
    ...metricsOf(curve, examples), threshold, curve,
    history: await readHistory(log, data.genesis),
    drift: { errors: errorDrift(curve, examples), scores: scores.drift() },
  }
})
