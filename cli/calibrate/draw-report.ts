/** `calibrate report` as a picture: the reliability diagram over the history of the threshold, block by block. */
import { scaleLinear } from 'd3-scale'
import { reliabilityDiagram, sideLabel, type Frame } from '../../platform/plot/reliability-diagram.js'
import { BLUE, drawing, element, FAINT, INK, label, ORANGE, tooltip } from '../../platform/plot/svg.js'
import { LEAST_THRESHOLD } from '../../detector/calibration/calibrate.js'
import type { History, StandingChange } from './read-history.js'
import type { CalibrationReport } from './report.js'

const WIDTH = 720
const HEIGHT = 880
const DIAGRAM: Frame = { left: 70, right: WIDTH - 30, top: 84, bottom: 484 }
const HISTORY: Frame = { left: 70, right: WIDTH - 30, top: 610, bottom: 780 }
/** Two labels of blocks stand apart by so many pixels, or the later one is left out: a time of 20 characters, in a wide font. */
const LABEL_WIDTH = 144

export function drawReport({ examples, brier, ece, bins, history }: Pick<CalibrationReport, 'examples' | 'brier' | 'ece' | 'bins' | 'history'>): string {
  const title = 'Calibration of the ensemble'
  return drawing(WIDTH, HEIGHT, title, [
    label(DIAGRAM.left, 32, title, { 'font-size': 17, 'font-weight': 'bold', fill: INK }),
    label(DIAGRAM.left, 56, `${examples} judged detections; ECE ${ece.toFixed(4)}, Brier ${brier.toFixed(4)}`, { fill: INK }),
    ...reliabilityDiagram(DIAGRAM, bins),
    label((DIAGRAM.left + DIAGRAM.right) / 2, DIAGRAM.bottom + 54, 'probability in force', { 'text-anchor': 'middle', fill: INK }),
    ...thresholdHistory(history),
  ])
}

function thresholdHistory({ tip, changes }: History): string[] {
  const { left, right, top, bottom } = HISTORY
  const x = scaleLinear([0, Math.max(1, tip?.height ?? 0)], [left, right])
  const y = scaleLinear([0, 1], [bottom, top])
  let before = LEAST_THRESHOLD
  let path = `M ${left} ${y(before)}`
  for (const { height, threshold } of changes) path += ` H ${pixels(x(height))} V ${pixels(y(threshold))}`
  const marks = changes.map((change) => {
    const isMoved = change.threshold !== before
    before = change.threshold
    return markOf(change, x(change.height), y(change.threshold), isMoved)
  })
  return [
    label(left, top - 28, changes.length === 0 ? 'No policy has changed threshold or calibration' : 'Threshold in force', { 'font-size': 14, 'font-weight': 'bold', fill: INK }),
    ...y.ticks(5).flatMap((tick) => [
      element('line', { x1: left, x2: right, y1: y(tick), y2: y(tick), stroke: FAINT }),
      label(left - 8, y(tick) + 4, tick.toFixed(1), { 'text-anchor': 'end', fill: INK }),
    ]),
    sideLabel(HISTORY, 'threshold'),
    element('path', { d: `${path} H ${right}`, fill: 'none', stroke: INK, 'stroke-width': 2 }),
    ...marks, ...blockLabels(tip === undefined ? changes : [...changes, tip], x),
    ...(changes.length === 0 ? [] : legend(left)),
  ]
}

function legend(left: number): string[] {
  return [
    element('circle', { cx: left + 6, cy: HEIGHT - 22, r: 5, fill: ORANGE }), label(left + 18, HEIGHT - 18, 'the threshold moved', { fill: INK }),
    element('circle', { cx: left + 206, cy: HEIGHT - 22, r: 5, fill: BLUE }), label(left + 218, HEIGHT - 18, 'the calibration alone changed', { fill: INK }),
  ]
}

const markOf = (change: StandingChange, cx: number, cy: number, isMoved: boolean): string =>
  element('circle', { cx, cy, r: 5, fill: isMoved ? ORANGE : BLUE, stroke: '#ffffff', 'stroke-width': 1 }, tooltip(saidOf(change)))

/** Of every change, for who points at it. */
const saidOf = ({ height, at, threshold, curve, policies }: StandingChange): string =>
  `block ${height}, ${new Date(at).toISOString()}: threshold ${threshold}, ${curve === undefined ? 'no calibration' : `calibration ${curve}`}; policies ${policies.join(', ')}`

/** Under the changes, and under the newest block where there is room. */
function blockLabels(blocks: readonly Pick<StandingChange, 'height' | 'at'>[], x: (height: number) => number): string[] {
  let free = -Infinity
  return blocks.flatMap(({ height, at }) => {
    const middle = Math.min(HISTORY.right - LABEL_WIDTH / 2, Math.max(HISTORY.left + LABEL_WIDTH / 2, x(height)))
    if (middle < free) return []
    free = middle + LABEL_WIDTH
    return [
      label(middle, HISTORY.bottom + 18, `block ${height}`, { 'text-anchor': 'middle', fill: INK }),
      label(middle, HISTORY.bottom + 34, `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`, { 'text-anchor': 'middle', 'font-size': 11, fill: INK }),
    ]
  })
}

const pixels = (value: number): number => Number(value.toFixed(2))
