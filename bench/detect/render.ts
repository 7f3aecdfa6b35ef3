/** The result as a person reads it. */
import { renderMachine } from '../machine.js'
import type { Cost } from '../stopwatch.js'
import type { DetectBenchResult } from './run-detect-bench.js'
import type { RowsCost, ScoringCost, ScoringResult } from './scoring.js'

export function renderDetectBench({ machine, flows, workers, eve, capture, limits, memory, alarmMs, scoring, ratios }: DetectBenchResult): string {
  const line = (title: string, what: string, { perSecond, cpuMicros }: Cost): string => `${title.padEnd(22)} ${Math.round(perSecond).toLocaleString('en')} ${what}/s, ${cpuMicros.toFixed(1)} µs of processor each`
  const share = (value: number): string => `${(value * 100).toFixed(0)} %`
  return [
    renderMachine(machine),
    `${flows} flows${workers === 1 ? '' : `, counted by ${workers} threads`}`,
    '',
    line('EVE to decisions', 'flows', eve),
    line('JSON.parse alone', 'flows', limits.jsonParse),
    line('capture to decisions', 'packets', capture.packets) + `, ${Math.round(capture.flowsPerSecond).toLocaleString('en')} flows/s`,
    line('record headers alone', 'packets', limits.walkCapture),
    `${memory.hosts.toLocaleString('en')} hosts          heap ${memory.heapMbBefore} to ${memory.heapMbAfter} MB; given up: ${Object.entries(memory.dropped).map(([reason, count]) => `${reason} ${count.toLocaleString('en')}`).join(', ') || 'nothing'}`,
    `end of a second to its anomaly: p50 ${alarmMs.p50.toFixed(1)} ms, p99 ${alarmMs.p99.toFixed(1)} ms`,
    ...renderScoring(scoring),
    `EVE reaches ${share(ratios.eveOfJsonParse)} of JSON.parse, the capture ${share(ratios.captureOfWalk)} of walking its headers`,
  ].join('\n')
}

function renderScoring({ model, trees, recordings, traffic, drawn }: ScoringResult): readonly string[] {
  return [
    `a row through ${model} (${trees} trees), of processor`,
    ...renderRows(`rows of traffic (${traffic.rows} flows of ${recordings.length === 1 ? recordings.join() : `${recordings.length} recordings`})`, traffic),
    ...renderRows(`rows drawn at random (${drawn.rows})`, drawn),
  ]
}

function renderRows(title: string, { ownMicros, onnxruntime, lightgbm }: RowsCost): readonly string[] {
  const micros = (value: number): string => `${value.toFixed(1)} µs`
  const peer = (name: string, cost: ScoringCost | undefined, more = ''): string => cost === undefined ? `    ${name}: not here` : `    ${name}: ${micros(cost.singleMicros)}${more}; many at once ${micros(cost.bulkMicros)}`
  return [
    `  ${title}: ${micros(ownMicros)}`,
    peer('onnxruntime', onnxruntime),
    peer(`LightGBM${lightgbm === undefined ? '' : ` ${lightgbm.version}`}`, lightgbm, lightgbm === undefined ? '' : `, ${micros(lightgbm.callMicros)} of them the call from Python`),
  ]
}
