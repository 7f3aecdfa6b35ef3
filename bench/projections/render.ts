/** The result as a person reads it. */
import { costLine } from '../log/render.js'
import { renderMachine } from '../machine.js'
import type { Filled } from './fill.js'
import type { ProjectionsBenchResult } from './run-projections-bench.js'

export function renderProjectionsBench(result: ProjectionsBenchResult): string {
  const { machine, memory, projections, redisTimelines, rebuilds, rebuildAll, limits, emmett, blocksForEmmett, lag, ratios } = result
  return [
    `${renderMachine(machine)}, PostgreSQL ${machine.postgres}${machine.redis === undefined ? '' : `, Redis ${machine.redis}`}`,
    `${result.events} events`,
    '',
    filledLine('in memory', memory),
    ...Object.entries(projections).map(([name, filled]) => filledLine(name, filled)),
    ...(redisTimelines === undefined ? [] : [filledLine('in Redis', redisTimelines)]),
    '',
    'rebuilt beside the live one, compared and switched',
    ...Object.entries(rebuilds).map(([name, cost]) => costLine(name, cost)),
    costLine('all at once', rebuildAll),
    '',
    costLine('COPY', limits.copy),
    `blocks reaches ${(ratios.ofCopy * 100).toFixed(0)} % of a COPY of its finished rows by the server itself`,
    ...(emmett === undefined ? ['Emmett is not installed (npm install with development packages)'] : [
      costLine('Emmett', emmett), costLine('ours', blocksForEmmett), `${(ratios.overEmmett ?? 0).toFixed(1)} times Emmett ${emmett.version}, ${emmett.events} events`]),
    ...(lag === undefined ? [] : ['', `${lag.perSecond} events/s for ${lag.seconds} s, due until committed`,
      ...Object.entries(lag.lagMs).map(([name, { p50, p99, max }]) => `${name.padEnd(14)} p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${max.toFixed(0)} ms`)]),
  ].join('\n')
}

const filledLine = (title: string, filled: Filled): string =>
  `${costLine(title, filled)}${filled.growth === undefined ? '' : `; an event of the last decade costs ${filled.growth.toFixed(2)} of one before`}`
