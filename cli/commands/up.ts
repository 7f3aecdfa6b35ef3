/** `cybermesh up`: the whole mesh on this machine. */
import { InvalidArgumentError, type Command } from 'commander'
import type { UpOptions } from '../up/run-up.js'

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('must be a number above 0')
  return value
}
const natural = (text: string): number => {
  const value = positive(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('must be a whole number')
  return value
}

type Flags = { flows?: string; data?: string; validators?: number; detectors?: number; for?: number; rate?: number; apiPort?: number; eventlog?: string; kafka?: string; kafkaCa?: string; redis?: string; redisCa?: string; json?: boolean }

export function registerUp(program: Command): void {
  program.command('up')
    .description('run detector, validators, recorder, projections and API on this machine')
    .option('--flows <file>', 'a capture (pcap, pcapng), CICFlowMeter CSV or Suricata EVE file instead of the bundled capture')
    .option('--data <folder>', 'data folder (default: .cybermesh)')
    .option('--validators <n>', 'validators of a new network (default: 5)', natural)
    .option('--detectors <n>', 'detectors of a new network, each with a key of its own (default: 1)', natural)
    .option('--for <seconds>', 'stop after this time', positive)
    .option('--rate <n>', 'publish n anomalies a second, all detectors together: what the capture shows, again and again', positive)
    .option('--api-port <port>', 'port of the API (default: 9441, or a free one)', natural)
    .option('--eventlog <url>', 'keep the event log on this EventStoreDB or KurrentDB: kurrentdb://USER:PASSWORD@HOST:2113?tls=true')
    .option('--kafka <url>', 'keep topics on this Kafka cluster: kafka://USER:PASSWORD@HOST:PORT,HOST:PORT?tls=true&mechanism=scram-sha-512')
    .option('--kafka-ca <file>', 'PEM file of the authority that signed the certificates of that cluster')
    .option('--redis <url>', 'keep timelines in this Redis: redis://USER:PASSWORD@HOST:PORT/DB, or rediss:// for TLS')
    .option('--redis-ca <file>', 'PEM file of the authority that signed the certificate of that Redis')
    .option('--json', 'one JSON object on stdout at the end')
    .action(async (flags: Flags) => {
      const [{ runUp }, { renderSummary }] = await Promise.all([import('../up/run-up.js'), import('../up/summary.js')])
      const stopping = new AbortController()
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort())
      const options: UpOptions = {
        ...(flags.flows === undefined ? {} : { flows: flags.flows }), ...(flags.data === undefined ? {} : { data: flags.data }),
        ...(flags.validators === undefined ? {} : { validators: flags.validators }), ...(flags.detectors === undefined ? {} : { detectors: flags.detectors }),
        ...(flags.for === undefined ? {} : { forSeconds: flags.for }),
        ...(flags.rate === undefined ? {} : { ratePerSecond: flags.rate }), ...(flags.apiPort === undefined ? {} : { apiPort: flags.apiPort }),
        ...(flags.eventlog === undefined ? {} : { eventlog: flags.eventlog }),
        ...(flags.kafka === undefined ? {} : { kafka: flags.kafka }), ...(flags.kafkaCa === undefined ? {} : { kafkaCa: flags.kafkaCa }),
        ...(flags.redis === undefined ? {} : { redis: flags.redis }), ...(flags.redisCa === undefined ? {} : { redisCa: flags.redisCa }),
      }
      const isJson = flags.json === true
      const summary = await runUp(options, isJson ? process.stderr : process.stdout, (line) => process.stderr.write(`${line}\n`), stopping.signal)
      process.stdout.write(isJson ? `${JSON.stringify(summary)}\n` : `${renderSummary(summary)}\n`)
    })
}
