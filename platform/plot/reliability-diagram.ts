/**
 * A reliability diagram: how often what was said was so. The bars of the points are 95 % Wilson intervals; under each
 * stands how many verdicts it has.
 */
import { scaleLinear } from 'd3-scale'
import type { Bin } from '../../domain/reliability.js'
import { BLUE, element, FAINT, INK, label } from './svg.js'

/** Where a panel lies in its drawing, in pixels. */
export type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

/** Takes another 40 pixels below its frame, and 60 to the left of it. */
export function reliabilityDiagram(frame: Frame, bins: readonly Bin[]): string[] {
  const x = scaleLinear([0, 1], [frame.left, frame.right])
  const y = scaleLinear([0, 1], [frame.bottom, frame.top])
  const countsY = frame.bottom + 34
  return [
    ...x.ticks(10).flatMap((tick) => [
      element('line', { x1: frame.left, x2: frame.right, y1: y(tick), y2: y(tick), stroke: FAINT }),
      label(frame.left - 8, y(tick) + 4, tick.toFixed(1), { 'text-anchor': 'end', fill: INK }),
      element('line', { x1: x(tick), x2: x(tick), y1: frame.top, y2: frame.bottom, stroke: FAINT }),
      label(x(tick), frame.bottom + 18, tick.toFixed(1), { 'text-anchor': 'middle', fill: INK }),
    ]),
    element('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: INK, 'stroke-dasharray': '5 4' }),
    label(frame.left - 8, countsY, 'verdicts', { 'text-anchor': 'end', 'font-size': 11, fill: BLUE }),
    sideLabel(frame, 'share that were attacks'),
    ...bins.filter(({ count }) => count > 0).flatMap(({ from, to, count, said, was, low, high }) => [
      element('line', { x1: x(said), x2: x(said), y1: y(low), y2: y(high), stroke: BLUE, 'stroke-width': 2 }),
      ...[low, high].map((end) => element('line', { x1: x(said) - 5, x2: x(said) + 5, y1: y(end), y2: y(end), stroke: BLUE, 'stroke-width': 2 })),
      element('circle', { cx: x(said), cy: y(was), r: 5, fill: BLUE, stroke: '#ffffff', 'stroke-width': 1 }),
      label(x((from + to) / 2), countsY, String(count), { 'text-anchor': 'middle', 'font-size': 11, fill: BLUE }),
    ]),
  ]
}

/** What the y axis of a panel counts, written upwards. */
export function sideLabel({ top, bottom }: Frame, text: string): string {
  const middle = (top + bottom) / 2
  return label(18, middle, text, { 'text-anchor': 'middle', fill: INK, transform: `rotate(-90 18 ${middle})` })
}
