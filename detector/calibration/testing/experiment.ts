/**
 * The loop of verdicts and calibrations replayed, honest and under attack:
 *     npx tsx detector/calibration/testing/experiment.ts
 * prints what docs/calibration.md shows. Rows are what the read model has: what validators refused has no label.
 */
import { mulberry } from '../../../platform/testing/mulberry.js'
import { calibrate, DEFAULT_RULES, recallOf, type KeptBecause, type Outcome, type Rules, type Standing } from '../calibrate.js'
import { IDENTITY } from '../curve.js'
import { examplesOf, type Example, type JudgedRow } from '../example.js'
import { metricsOf } from '../metrics.js'
import { attacksOf, detections } from './detections.js'

const HOUR_MS = 3_600_000
export const FIRST: Standing = { curve: IDENTITY, threshold: 0.5, changedAt: 0 }
export const golden = attacksOf(detections(mulberry(99), 2000)).slice(0, 200)
export const rules: Rules = { ...DEFAULT_RULES, golden }
/** What comes after all verdicts, and judges them. */
export const later = detections(mulberry(2), 4000)

export type Replayed = { readonly standing: Standing; readonly outcomes: readonly Outcome[] }

/** Verdicts in hundreds, a day apart, as an operator's week. */
export function replay(examples: readonly Example[], with_: Rules = rules): Replayed {
  let standing = FIRST
  const outcomes: Outcome[] = []
  for (let n = 100; n <= examples.length; n += 100) {
    const outcome = calibrate(examples.slice(0, n), standing, with_, standing.changedAt + 24 * HOUR_MS)
    outcomes.push(outcome)
    standing = outcome.standing
  }
  return { standing, outcomes }
}

/** Attacks that verdicts deny. */
export const denied = (examples: readonly Example[], share: number, draw: () => number): readonly Example[] =>
  examples.map((example) => (example.isAttack && draw() < share ? { ...example, isAttack: false } : example))
/** Verdicts that say the contrary, of attacks and of false alarms alike. */
const contrary = (examples: readonly Example[], share: number, draw: () => number): readonly Example[] =>
  examples.map((example) => (draw() < share ? { ...example, isAttack: !example.isAttack } : example))

/** As the read model has it: a judged detection, and one that validators refused. */
export const judgedRow = ({ score, isAttack, reporters, at }: Example): JudgedRow => {
  const label = isAttack ? 'true_positive' : 'false_positive'
  return { rawScore: score, label, verdicts: reporters.map((reporterId) => ({ reporterId, verdict: label })), decision: 'publish', publishedAt: new Date(at), authentic: true }
}
export const refusedRow = (example: Example): JudgedRow => ({ ...judgedRow(example), label: null, verdicts: [] })

const honest = (): readonly Example[] => detections(mulberry(1), 1000)

export const SCENARIOS: readonly { readonly name: string; readonly examples: () => readonly Example[] }[] = [
  { name: '1,000 honest verdicts', examples: honest },
  { name: '20 % of all verdicts say the contrary', examples: () => contrary(honest(), 0.2, mulberry(4)) },
  ...[0.2, 0.4, 0.6].map((share) => ({ name: `${share * 100} % of the attacks are denied`, examples: () => denied(honest(), share, mulberry(4)) })),
  { name: 'ten replays of every detection, all refused', examples: () => examplesOf(honest().flatMap((example) => [judgedRow(example), ...Array.from({ length: 10 }, () => refusedRow(example))])) },
  {
    name: 'a validator keeps a quarter of the attacks from being committed',
    examples: () => {
      const draw = mulberry(4)
      return examplesOf(honest().map((example) => (example.isAttack && draw() < 0.25 ? refusedRow(example) : judgedRow(example))))
    },
  },
  {
    name: 'one of four analysts says the contrary, ten times as often as the others together',
    examples: () => [
      ...detections(mulberry(5), 600).map((example, i) => ({ ...example, reporters: [`honest-${i % 3}`] })),
      ...detections(mulberry(6), 6000).map((example) => ({ ...example, isAttack: !example.isAttack, reporters: ['liar'] })),
    ].sort((a, b) => a.at - b.at).slice(0, 2000),
  },
]

export type Measured = { readonly brierGain: number; readonly ece: number; readonly goldenRecall: number; readonly changed: number; readonly kept: Readonly<Partial<Record<KeptBecause, number>>> }

export function measured({ standing, outcomes }: Replayed): Measured {
  const [before, after] = [metricsOf(IDENTITY, later), metricsOf(standing.curve, later)]
  const kept: Partial<Record<KeptBecause, number>> = {}
  for (const outcome of outcomes) if (outcome.kind === 'kept') kept[outcome.because] = (kept[outcome.because] ?? 0) + 1
  return { brierGain: before.brier / after.brier, ece: after.ece, goldenRecall: recallOf(standing.curve, standing.threshold, golden), changed: outcomes.filter(({ kind }) => kind === 'changed').length, kept }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const before = metricsOf(IDENTITY, later)
  process.stdout.write(`before: Brier ${before.brier.toFixed(4)}, calibration error ${before.ece.toFixed(4)}\n| scenario | Brier better by | calibration error | golden recall | changes | refused |\n|---|---|---|---|---|---|\n`)
  for (const { name, examples } of SCENARIOS) {
    const { brierGain, ece, goldenRecall, changed, kept } = measured(replay(examples()))
    process.stdout.write(`| ${name} | ${brierGain.toFixed(1)} | ${ece.toFixed(4)} | ${goldenRecall.toFixed(3)} | ${changed} | ${Object.entries(kept).map(([because, times]) => `${times} \`${because}\``).join(', ') || 'none'} |\n`)
  }
}
