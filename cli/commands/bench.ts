/** `cybermesh bench`: measures this machine and what the program makes of it. */
import type { Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { count } from '../shared/count-option.js'
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
      tell(flags, result, renderBench)
    })
  registerAuditBench(bench)
  registerDetect(bench)
  registerIngest(bench)
  registerLog(bench)
  registerProjections(bench)
  registerGraphql(bench)
}

type AuditFlags = JsonFlag & { readonly leaves: number; readonly proofs: number; readonly checkpoints: number; readonly folder?: string; readonly out?: string }

function registerAuditBench(bench: Command): void {
  withJson(bench.command('audit').description('the audit log: entries into tiles on disk, checkpoints with five witnesses, inclusion proofs; beside SHA-256 alone'))
    .option('--leaves <n>', 'how many entries', count(1000, 20_000_000), 1_000_000)
    .option('--proofs <n>', 'how many inclusion proofs', count(10, 1_000_000), 2000)
    .option('--checkpoints <n>', 'how many checkpoints', count(1, 100), 50)
    .option('--folder <path>', 'where tiles lie while it runs: on the disk that is to be measured')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: AuditFlags) => {
      const [{ runAuditBench }, { renderAuditBench }] = await Promise.all([import('../../bench/audit/run-audit-bench.js'), import('../../bench/audit/render.js')])
      const result = await runAuditBench({ leaves: flags.leaves, proofs: flags.proofs, checkpoints: flags.checkpoints, folder: flags.folder, progress })
      tell(flags, result, renderAuditBench)
    })
}

type DetectFlags = JsonFlag & { readonly flows: number; readonly workers: number; readonly hosts: number; readonly alarms: number; readonly rows: number; readonly recordings?: readonly string[]; readonly python: string; readonly folder?: string; readonly out?: string }

function registerDetect(bench: Command): void {
  withJson(bench.command('detect').description('the detector from a file to its decisions, beside reading alone; memory with many hosts; time from the end of a second to its anomaly; a model\'s rows beside onnxruntime and LightGBM'))
    .option('--flows <n>', 'flows in the EVE file and in the capture', count(1000, 5_000_000), 200_000)
    .option('--workers <n>', 'threads that count what is read, as `detect --workers`', count(1, 16), 1)
    .option('--hosts <n>', 'hosts that each get a flow while the memory is looked at', count(1000, 10_000_000), 1_000_000)
    .option('--alarms <n>', 'floods to wait for', count(1, 1000), 50)
    .option('--rows <n>', 'rows that a model scores one by one: flows of the recordings, and as many drawn at random', count(100, 60_000), 20_000)
    .option('--recordings <file...>', 'captures or flow files whose flows are scored; without it, the bundled capture')
    .option('--python <command>', 'a Python that has LightGBM, to score beside it', 'python3')
    .option('--folder <path>', 'where the files lie while it runs')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: DetectFlags) => {
      const [{ runDetectBench }, { renderDetectBench }] = await Promise.all([import('../../bench/detect/run-detect-bench.js'), import('../../bench/detect/render.js')])
      const result = await runDetectBench({ flows: flags.flows, workers: flags.workers, hosts: flags.hosts, alarms: flags.alarms, rows: flags.rows, recordings: flags.recordings, python: flags.python, folder: flags.folder, progress })
      tell(flags, result, renderDetectBench)
    })
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
      tell(flags, result, renderIngestBench)
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
      tell(flags, result, renderLogBench)
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
      tell(flags, result, renderProjectionsBench)
    })
}

type GraphqlFlags = JsonFlag & { readonly events: number; readonly seconds: number; readonly callers: number; readonly postgraphile?: string; readonly folder?: string; readonly out?: string }

function registerGraphql(bench: Command): void {
  withJson(bench.command('graphql').description('the API: a life and a block, requests a second and their time, beside bare graphql-js over the same data, yoga, and PostGraphile on the same tables'))
    .option('--events <n>', 'how many events the read models are of', count(1000, 10_000_000), 200_000)
    .option('--seconds <n>', 'how long each page is asked for', count(1, 600), 10)
    .option('--callers <n>', 'how many ask at a time', count(1, 1000), 20)
    .option('--postgraphile <folder>', 'a folder with postgraphile in its node_modules, to measure it as well')
    .option('--folder <path>', 'where databases and logs lie while it runs')
    .option('--out <file>', 'also write the result, as JSON, into this file')
    .action(async (flags: GraphqlFlags) => {
      const [{ runGraphqlBench }, { renderGraphqlBench }] = await Promise.all([import('../../bench/graphql/run-graphql-bench.js'), import('../../bench/graphql/render.js')])
      const result = await runGraphqlBench({ events: flags.events, seconds: flags.seconds, callers: flags.callers, postgraphile: flags.postgraphile, folder: flags.folder, progress })
      tell(flags, result, renderGraphqlBench)
    })
}

function tell<T extends object>(flags: JsonFlag & { readonly out?: string }, result: T, render: (result: T) => string): void {
  if (flags.out !== undefined) write(flags.out, `${JSON.stringify(result, null, 2)}\n`)
  answer(flags, result, render)
}

const progress = (line: string): void => void process.stderr.write(`${line}\n`)

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new UserError('UNWRITABLE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check the folder and its permissions`)
  }
}
