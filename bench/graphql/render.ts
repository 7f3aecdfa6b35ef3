/** The result as a person reads it. */
import { renderMachine } from '../machine.js'
import type { Load } from './load.js'
import { PAGES } from './pages.js'
import type { GraphqlBenchResult, Ratio } from './run-graphql-bench.js'

export function renderGraphqlBench({ machine, events, callers, seconds, ours, yoga, bare, postgraphile, ratios }: GraphqlBenchResult): string {
  return [
    `${renderMachine(machine)}, PostgreSQL ${machine.postgres}`,
    `${events} events, ${callers} callers, ${seconds} s each`,
    ...PAGES.flatMap((page) => [
      '', `${page} page`, line('ours', ours[page]), line('by yoga (GET)', yoga[page]), line('bare graphql-js', bare[page]),
      ...('loads' in postgraphile ? [line(`PostGraphile ${postgraphile.version ?? ''}`, postgraphile.loads[page])] : []),
      `${times(ratios[page].overBare, 'bare graphql-js')}; ${times(ratios[page].overYoga, 'yoga')}${ratios[page].overPostgraphile === undefined ? '' : `; ${times(ratios[page].overPostgraphile, 'PostGraphile, which gives rows only')}`}`,
    ]),
    ...('missing' in postgraphile ? ['', `PostGraphile: ${postgraphile.missing}`] : []),
  ].join('\n')
}

const times = ({ perSecond, cpu }: Ratio, peer: string): string => `${perSecond.toFixed(2)} times ${peer} (which takes ${cpu.toFixed(2)} times our CPU time)`

const line = (name: string, { perSecond, latencyMs: { p50, p99 }, cpuMs }: Load): string =>
  `${name.padEnd(20)} ${perSecond.toFixed(0).padStart(6)} requests/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${cpuMs.toFixed(2)} ms CPU`
