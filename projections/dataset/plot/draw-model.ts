/** The picture of one model: a reliability diagram (how often a score was right) over the histogram of its scores. */
import { scaleLinear } from 'd3-scale'
import { binsOf, brierScore, calibrationError } from '../../../domain/reliability.js'
import { reliabilityDiagram, sideLabel } from '../../../platform/plot/reliability-diagram.js'
import { BLUE, drawing, element, FAINT, INK, label, ORANGE } from '../../../platform/plot/svg.js'
import type { ModelScores } from './model-scores.js'
import { HISTOGRAM_BINS, type HistogramBin } from './score-bins.js'

const WIDTH = 720
const HEIGHT = 800
const LEFT = 70
const RIGHT = WIDTH - 30
const DIAGRAM = { left: LEFT, right: RIGHT, top: 84, bottom: 484 }
const HISTOGRAM = { left: LEFT, right: RIGHT, top: 560, bottom: 720 }

const COLOURS = { attack: ORANGE, harmless: BLUE, unknown: '#b0b0b0' } as const
const MEANINGS = { attack: 'true positive', harmless: 'false positive or benign', unknown: 'no verdict' } as const
const KINDS = Object.keys(COLOURS) as readonly (keyof HistogramBin)[]

const x = scaleLinear([0, 1], [LEFT, RIGHT])

export function drawModel({ name, score, bins: { reliability, histogram, rows } }: ModelScores): string {
  const { judged, attacks } = reliability
  const figures = judged === 0
    ? `${rows} rows, none with a label: the diagram needs verdicts`
    : `${judged} of ${rows} rows have a label, ${attacks} of them attacks; ECE ${calibrationError(reliability).toFixed(4)}, Brier ${brierScore(reliability).toFixed(4)}`
  const title = `${score} of model ${name}`
  return drawing(WIDTH, HEIGHT, title, [
    label(LEFT, 32, title, { 'font-size': 17, 'font-weight': 'bold', fill: INK }),
    label(LEFT, 56, figures, { fill: INK }),
    ...reliabilityDiagram(DIAGRAM, binsOf(reliability)),
    ...drawHistogram(histogram),
  ])
}

function drawHistogram(bars: readonly HistogramBin[]): string[] {
  const most = Math.max(1, ...bars.map((bar) => KINDS.reduce((sum, kind) => sum + bar[kind], 0)))
  const height = scaleLinear([0, most], [HISTOGRAM.bottom, HISTOGRAM.top]).nice(4)
  const ticks = height.ticks(4).filter(Number.isInteger)
  return [
    ...ticks.flatMap((tick) => [
      element('line', { x1: LEFT, x2: RIGHT, y1: height(tick), y2: height(tick), stroke: FAINT }),
      label(LEFT - 8, height(tick) + 4, String(tick), { 'text-anchor': 'end', fill: INK }),
    ]),
    ...bars.flatMap((bar, i) => {
      let from = 0
      return KINDS.filter((kind) => bar[kind] > 0).map((kind) => {
        const [top, bottom] = [height(from + bar[kind]), height(from)]
        from += bar[kind]
        return element('rect', { x: x(i / HISTOGRAM_BINS) + 1, y: top, width: (RIGHT - LEFT) / HISTOGRAM_BINS - 2, height: bottom - top, fill: COLOURS[kind] })
      })
    }),
    ...x.ticks(10).map((tick) => label(x(tick), HISTOGRAM.bottom + 18, tick.toFixed(1), { 'text-anchor': 'middle', fill: INK })),
    label((LEFT + RIGHT) / 2, HISTOGRAM.bottom + 38, 'score', { 'text-anchor': 'middle', fill: INK }),
    sideLabel(HISTOGRAM, 'rows'),
    ...KINDS.flatMap((kind, i) => [
      element('rect', { x: LEFT + i * 200, y: HEIGHT - 28, width: 12, height: 12, fill: COLOURS[kind] }),
      label(LEFT + i * 200 + 18, HEIGHT - 18, MEANINGS[kind], { fill: INK }),
    ]),
  ]
}
