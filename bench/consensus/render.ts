/** The result as a person reads it: figures beside the limit they are compared with. */
import type { Summary } from '../percentiles.js'
import type { PhaseResult } from './phase-result.js'
import type { BenchResult } from './run-bench.js'

const one = (value: number): string => value.toFixed(1)
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
const spread = ({ p50, p99 }: Summary, digits = 1): string => `p50 ${p50.toFixed(digits)} ms, p99 ${p99.toFixed(digits)} ms`

export function renderBench(result: BenchResult): string {
  const { machine, limits, moderate, sustained, oneDown, idle, ratios } = result
  return [
    `${result.validators} validators as processes on ${machine.cores} cores (${machine.cpu}, ${machine.platform}, Node ${machine.node}), ${result.txBytes} bytes a transaction`,
    '',
    `limits      ${Math.round(limits.verifiesPerSecond)} Ed25519 checks/s on all cores = ${Math.round(limits.txPerSecond)} tx/s when each validator checks each signature`,
    `            flush ${spread(limits.flushMs, 2)}; hop ${spread(limits.hopMs, 2)}; one flush and four hops ${limits.commitMs.toFixed(2)} ms`,
    '',
    line('moderate', moderate),
    ...result.sweep.map((phase) => line(phase === sustained ? 'sustained' : 'tried', phase)),
    ...(oneDown === undefined ? [] : [line('one down', oneDown)]),
    ...(idle === undefined ? [] : [`idle        ${idle.seconds} s: ${(idle.cpuShare * 100).toFixed(2)} % of a core a validator, ${idle.viewChanges} view changes, ${idle.blocks} blocks`]),
    '',
    `throughput  ${percent(ratios.throughput)} of what the signature checks alone allow`,
    `latency     ${one(ratios.latency)} × one flush and four hops, at moderate load`,
    ...(ratios.oneDown === undefined ? [] : [`one down    ${percent(ratios.oneDown)} of the throughput with all up`]),
  ].join('\n')
}

const line = (title: string, phase: PhaseResult): string =>
  `${title.padEnd(11)} ${Math.round(phase.committedPerSecond)} of ${Math.round(phase.offeredPerSecond)} tx/s, commit ${spread(phase.commitMs)}, ` +
  `${one(phase.txPerBlock.mean)} tx/block, ${one(phase.cpuMicrosPerTx)} µs CPU and ${Math.round(phase.bytesSentPerTx)} bytes a tx and validator` +
  `${phase.viewChanges > 0 ? `, ${phase.viewChanges} view changes` : ''}${phase.lost > 0 ? `, ${phase.lost} not committed in time` : ''}${phase.shed > 0 ? `, ${phase.shed} shed` : ''}`
