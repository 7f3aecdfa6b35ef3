/** The result as a person reads it. */
import { renderMachine } from '../machine.js'
import type { Summary } from '../percentiles.js'
import type { AuditBenchResult } from './run-audit-bench.js'

export function renderAuditBench(result: AuditBenchResult): string {
  const { append, limits, ratios } = result
  return [
    renderMachine(result.machine),
    `${result.leaves.toLocaleString('en')} events of ${result.eventBytes} bytes, entries of ${result.entryBytes} bytes`,
    '',
    `append         ${Math.round(append.perSecond).toLocaleString('en')} entries/s into tiles on disk, ${append.cpuMicros.toFixed(1)} µs of processor each`,
    `SHA-256 alone  ${Math.round(limits.sha256.perSecond).toLocaleString('en')} leaves/s, three hashes each; appends reach ${(ratios.appendOfSha256 * 100).toFixed(0)} %, and ${(ratios.sha256InProcessorTime * 100).toFixed(0)} % of their processor time is those hashes`,
    line('sign', result.signMs, 'root and signature of a checkpoint'),
    line('cosign', result.cosignMs, 'five witnesses one after another, each flushed'),
    line('prove', result.proveMs, 'one inclusion proof from tiles'),
    line('verify', result.verifyMs, 'one inclusion proof'),
  ].join('\n')
}

const line = (title: string, { p50, p99 }: Summary, what: string): string => `${title.padEnd(14)} p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms: ${what}`
