/** `cybermesh bench`: measures this machine and what the program makes of it. */
import { InvalidArgumentError, type Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

type Flags = JsonFlag & {
  readonly validators: number; readonly seconds: number; readonly rate?: number; readonly moderate: number; readonly idle: number
  readonly folder?: string; readonly out?: string
}

export function registerBench(program: Command): void {
  const bench = program.command('bench').description('benchmarks, each beside a limit measured in the same run')
  withJson(bench.command('consensus').description('validators as processes with real sockets and real flushes: signed transactions a second, commit latency, CPU and bytes'))
    .option('--validators <n>', 'how many validators', count(4, 20), 5)
    .option('--seconds <n>', 'length of each load', count(1, 200), 10)
    .option('--rate <n>', 'offer this many transactions a second instead of looking for the highest rate that is sustained', count(1, 100_000))
    .option('--moderate <n>', 'transactions a second at which latency is measured', count(1, 100_000), 500)
    .option('--idle <n>', 'seconds without work; 0 leaves this out', count(0, 3600), 10)
    .option('--folder <path>', 'where the data folders lie while it runs: on the disk that is to be measured')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: Flags) => {
      const [{ runBench }, { renderBench }] = await Promise.all([import('../../bench/consensus/run-bench.js'), import('../../bench/consensus/render.js')])
      const result = await runBench({
        validators: flags.validators, seconds: flags.seconds, rate: flags.rate, moderateRate: flags.moderate, idleSeconds: flags.idle, folder: flags.folder,
        progress,
      })
      if (flags.out !== undefined) write(flags.out, `${JSON.stringify(result, null, 2)}\n`)
      answer(flags, result, renderBench)
    })
  registerIngest(bench)
  registerLog(bench)
  registerProjections(bench)
}

type IngestFlags = JsonFlag & { readonly messages: number; readonly rate: number; readonly seconds: number; readonly kafka?: string; readonly folder?: string; readonly out?: string }

function registerIngest(bench: Command): void {
  withJson(bench.command('ingest').description('a validator\'s admission: good messages and garbage a second beside a bare reader of the same topic and the signature checks alone; time from sending to receipt'))
    .option('--messages <n>', 'how many of each kind', count(100, 1_000_000), 20_000)
    .option('--rate <n>', 'messages a second while the time to the receipt is measured', count(10, 100_000), 500)
    .option('--seconds <n>', 'how long', count(1, 600), 5)
    .option('--kafka <host:port>', 'a broker without TLS to measure as well, beside embedded topics')
    .option('--folder <path>', 'where topics and stores lie while it runs: on the disk that is to be measured')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: IngestFlags) => {
      const [{ runIngestBench }, { renderIngestBench }] = await Promise.all([import('../../bench/ingest/run-ingest-bench.js'), import('../../bench/ingest/render.js')])
      const result = await runIngestBench({ messages: flags.messages, rate: flags.rate, seconds: flags.seconds, kafka: flags.kafka, folder: flags.folder, progress })
      if (flags.out !== undefined) write(flags.out, `${JSON.stringify(result, null, 2)}\n`)
      answer(flags, result, renderIngestBench)
    })
}

type LogFlags = JsonFlag & { readonly events: number; readonly batch: number; readonly folder?: string; readonly out?: string }

function registerLog(bench: Command): void {
  withJson(bench.command('log').description('the embedded event log: appends with their flush beside a bare LMDB, reading back, following, cost as it grows'))
    .option('--events <n>', 'how many events', count(1000, 10_000_000), 1_000_000)
    .option('--batch <n>', 'events an append, which is one flush', count(1, 100_000), 10_000)
    .option('--folder <path>', 'where the log lies while it runs: on the disk that is to be measured')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: LogFlags) => {
      const [{ runLogBench }, { renderLogBench }] = await Promise.all([import('../../bench/log/run-log-bench.js'), import('../../bench/log/render.js')])
      const result = await runLogBench({ events: flags.events, batch: flags.batch, folder: flags.folder, progress })
      if (flags.out !== undefined) write(flags.out, `${JSON.stringify(result, null, 2)}\n`)
      answer(flags, result, renderLogBench)
    })
}

type ProjectionsFlags = JsonFlag & { readonly events: number; readonly emmett: number; readonly lagRate: number; readonly lagSeconds: number; readonly folder?: string; readonly out?: string }

function registerProjections(bench: Command): void {
  withJson(bench.command('projections').description('read models: built in memory, SQL and Redis, rebuilt, and their lag under load; beside COPY, and beside Emmett on the same PostgreSQL'))
    .option('--events <n>', 'how many events', count(1000, 10_000_000), 1_000_000)
    .option('--emmett <n>', 'how many of them Emmett gets, and ours beside it', count(100, 10_000_000), 50_000)
    .option('--lag-rate <n>', 'events a second while the lag is measured', count(10, 100_000), 1000)
    .option('--lag-seconds <n>', 'how long; 0 leaves this out', count(0, 3600), 30)
    .option('--folder <path>', 'where databases and logs lie while it runs: on the disk that is to be measured')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: ProjectionsFlags) => {
      const [{ runProjectionsBench }, { renderProjectionsBench }] = await Promise.all([
        import('../../bench/projections/run-projections-bench.js'), import('../../bench/projections/render.js')])
      const result = await runProjectionsBench({
        events: flags.events, emmettEvents: flags.emmett, lagPerSecond: flags.lagRate, lagSeconds: flags.lagSeconds, folder: flags.folder, progress,
      })
      if (flags.out !== undefined) write(flags.out, `${JSON.stringify(result, null, 2)}\n`)
      answer(flags, result, renderProjectionsBench)
    })
}

const progress = (line: string): void => void process.stderr.write(`${line}\n`)

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new UserError('UNWRITABLE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check the folder and its permissions`)
  }
}

const count = (least: number, most: number) => (text: string): number => {
  const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`)
  return value
}
