/** The result as a person reads it. */
import type { DecadeCost } from '../decades.js'
import { renderMachine } from '../machine.js'
import type { Cost } from '../stopwatch.js'
import type { LogBenchResult } from './run-log-bench.js'

export function renderLogBench(result: LogBenchResult): string {
  const { append, appendOneMs, limits, ratios } = result
  return [
    renderMachine(result.machine),
    `${result.events} events of ${result.eventBytes} bytes on average, ${result.batch} an append, ${result.underWay} appends under way`,
    '',
    costLine('append', append),
    costLine('bare LMDB', limits.bareLmdb),
    `one by one     p50 ${appendOneMs.p50.toFixed(2)} ms, p99 ${appendOneMs.p99.toFixed(2)} ms, each flushed`,
    costLine('read bytes', result.readBytes),
    costLine('read events', result.readEvents),
    costLine('subscribe', result.subscribe),
    '',
    ...result.appendByDecade.map(decadeLine),
    `appends reach ${(ratios.appendOfBare * 100).toFixed(0)} % of a bare LMDB with the same bytes; the file has ${(result.fileBytes / result.events).toFixed(0)} bytes an event`,
  ].join('\n')
}

export const costLine = (title: string, { perSecond, cpuMicros }: Cost): string =>
  `${title.padEnd(14)} ${Math.round(perSecond).toLocaleString('en')} events/s, ${cpuMicros.toFixed(1)} µs of processor an event`

export const decadeLine = ({ from, to, perSecond, cpuMicros }: DecadeCost): string =>
  `${`${from.toLocaleString('en')} to ${to.toLocaleString('en')}`.padEnd(22)} ${(1e6 / perSecond).toFixed(1)} µs an event, ${cpuMicros.toFixed(1)} µs of processor`
