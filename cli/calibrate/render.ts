/** Calibration in words and numbers. */
import Table from 'cli-table3'
import type { Outcome } from '../../detector/calibration/calibrate.js'
import type { Drift } from '../../detector/calibration/drift.js'
import type { Metrics } from '../../detector/calibration/metrics.js'
import type { Bin } from '../../domain/reliability.js'
import type { CalibrationReport } from './report.js'
import type { History } from './read-history.js'

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`

export function renderOutcome(outcome: Outcome): string {
  if (outcome.kind === 'kept') return `nothing changes (${outcome.because}): ${outcome.sentence}`
  const { method, standing, before, after, goldenRecall, forgotten } = outcome
  const table = new Table({ head: [`newest ${after.examples} verdicts`, 'in force', `new (${method})`] })
  table.push(...measures.map(([name, of]) => [name, of(before), of(after)]))
  return `${table.toString()}\nthreshold ${standing.threshold}, golden recall ${percent(goldenRecall)}${forgotten === 0 ? '' : `, ${forgotten} verdicts from before the last change left out`}\ncurve ${standing.curve.map(({ score, probability }) => `${score}:${probability}`).join(' ')}`
}

const measures: readonly (readonly [string, (metrics: Metrics) => string])[] = [
  ['Brier score', ({ brier }) => brier.toFixed(4)], ['log-loss', ({ logLoss }) => logLoss.toFixed(4)], ['calibration error', ({ ece }) => percent(ece)],
]

export function renderReport({ history, drift, svg, ...metrics }: CalibrationReport): string {
  return [
    renderMetrics(metrics), `threshold ${metrics.threshold}`, renderHistory(history),
    `${renderDrift('errors of probabilities', drift.errors)}\n${renderDrift('probabilities', drift.scores)}`,
    ...(svg === undefined ? [] : [`drawn in ${svg}`]),
  ].join('\n')
}

function renderHistory({ changes }: History): string {
  if (changes.length === 0) return 'no policy has changed threshold or calibration'
  const table = new Table({ head: ['from block', 'at', 'threshold', 'calibration', 'policies'] })
  table.push(...changes.map(({ height, at, threshold, curve, policies }) => [height, new Date(at).toISOString(), threshold, curve === undefined ? 'none' : `${curve.split(',').length} knots`, policies.join('\n')]))
  return table.toString()
}

function renderDrift(what: string, { seen, width, mean, changes }: Drift): string {
  const last = changes.at(-1)
  if (last === undefined) return `${what}: no change in ${seen}, mean ${mean.toFixed(4)}`
  return `${what}: changed ${changes.length} times in ${seen}, last noticed ${new Date(last.at).toISOString()} (mean ${last.before.toFixed(4)} to ${last.after.toFixed(4)}); ${width} since, mean ${mean.toFixed(4)}`
}

function renderMetrics(metrics: Metrics): string {
  const table = new Table({ head: ['said', 'detections', 'mean said', 'were attacks', '95 % interval'] })
  table.push(...metrics.bins.filter(({ count }) => count > 0).map((bin: Bin) =>
    [`${percent(bin.from)} to ${percent(bin.to)}`, bin.count, percent(bin.said), percent(bin.was), `${percent(bin.low)} to ${percent(bin.high)}`]))
  return `${metrics.examples} judged detections\n${table.toString()}\n${measures.map(([name, of]) => `${name} ${of(metrics)}`).join(', ')}`
}
