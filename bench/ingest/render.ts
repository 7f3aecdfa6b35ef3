/** The result as a person reads it. */
import { renderMachine } from '../machine.js'
import type { IngestBenchResult, KindResult, TransportResult } from './run-ingest-bench.js'

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

export function renderIngestBench({ machine, messages, messageBytes, limits, transports }: IngestBenchResult): string {
  return [
    renderMachine(machine),
    `${whole(messages)} messages of each kind, good ones of ${messageBytes} bytes; ${whole(limits.verifiesPerSecond)} signature checks/s on all cores`,
    ...transports.flatMap(transportLines),
  ].join('\n')
}

const transportLines = ({ name, bareReader, kinds, ratios }: TransportResult): readonly string[] => [
  '',
  `${name === 'kafka' ? 'Kafka' : 'embedded topics'}`,
  `  ${'bare reader'.padEnd(18)} ${whole(bareReader.perSecond)} messages/s, ${bareReader.cpuMicros.toFixed(1)} µs of processor a message`,
  ...kinds.map(kindLine),
  `  good messages reach ${percent(ratios.ofSignatureChecks)} of the signature checks alone and ${percent(ratios.ofBareReader)} of the bare reader; the dearest garbage costs ${percent(ratios.dearestGarbage)} of a good one`,
]

const kindLine = ({ kind, admission, receiptMs }: KindResult): string =>
  `  ${kind.padEnd(18)} ${whole(admission.perSecond)} messages/s, ${admission.cpuMicros.toFixed(1)} µs` +
  (receiptMs === undefined ? '' : `; from sending to receipt p50 ${receiptMs.p50.toFixed(1)} ms, p99 ${receiptMs.p99.toFixed(1)} ms`)
