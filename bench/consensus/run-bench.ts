/**
 * The whole benchmark: the limits of the machine, a moderate load, the highest load that is sustained, the same with one
 * validator down for good, and idle. Everything in one run, so that the ratios compare like with like.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { summarise, type Summary } from '../percentiles.js'
import { startCluster, type Cluster } from './cluster.js'
import { measureFlush, measureVerifyRate } from './limits.js'
import { createBenchNetwork, type BenchNetwork } from './network.js'
import { summarisePhase, type PhaseResult } from './phase-result.js'
import type { Phase } from './protocol.js'
import { writeWorkload } from './workload.js'

export type BenchOptions = {
  readonly validators: number
  /** Length of each load. */
  readonly seconds: number
  /** Transactions a second; undefined looks for the highest sustained rate. */
  readonly rate: number | undefined
  readonly moderateRate: number
  readonly idleSeconds: number
  /** Where data folders go; on the disk that is to be measured. */
  readonly folder: string | undefined
  progress(line: string): void
}

export type BenchResult = {
  readonly machine: { readonly cores: number; readonly cpu: string; readonly node: string; readonly platform: string }
  /** UTC. */
  readonly measuredAt: string
  readonly validators: number
  readonly txBytes: number
  readonly limits: {
    readonly verifiesPerSecond: number
    /** Every validator checks every signature: the cores shared by all of them. */
    readonly txPerSecond: number
    readonly flushMs: Summary
    readonly hopMs: Summary
    /** One flush and four hops: proposal, votes, proposal, votes. */
    readonly commitMs: number
  }
  readonly moderate: PhaseResult
  readonly sweep: readonly PhaseResult[]
  readonly sustained: PhaseResult | undefined
  readonly oneDown: PhaseResult | undefined
  readonly idle: { readonly seconds: number; readonly cpuShare: number; readonly viewChanges: number; readonly blocks: number } | undefined
  readonly ratios: { readonly throughput: number; readonly latency: number; readonly oneDown: number | undefined }
}

const LIMIT_MS = 2000
const HOPS = 400
const START_IN_MS = 500
const DRAIN_MS = 1500
const WARM_UP_SECONDS = 8
/** A load is sustained when nearly all of it commits while it lasts, and waiting does not grow. */
const SUSTAINED_SHARE = 0.98
const SUSTAINED_P99_MS = 1000
const SWEEP_FACTOR = 1.2
const MAX_SWEEP_STEPS = 14

export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  let cluster: Cluster | undefined
  try {
    const network = await createBenchNetwork(folder, options.validators)
    options.progress('measuring the limits of this machine')
    const verifiesPerSecond = await measureVerifyRate(network.producers[0] as BenchNetwork['producers'][number], LIMIT_MS)
    const flushMs = measureFlush(folder)
    cluster = await startCluster(network.validators)
    return await measure(options, folder, network, cluster, verifiesPerSecond, flushMs)
  } finally {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(options: BenchOptions, folder: string, network: BenchNetwork, cluster: Cluster, verifiesPerSecond: number, flushMs: Summary): Promise<BenchResult> {
  const { validators, seconds, moderateRate, progress } = options
  let txBytes = 0
  const load = async (name: string, rate: number, forSeconds: number): Promise<PhaseResult> => {
    progress(`${name}: ${Math.round(rate)} tx/s for ${forSeconds} s`)
    const workload = join(folder, 'workload')
    const count = Math.round(rate * forSeconds)
    const signedFrom = Date.now()
    txBytes = writeWorkload(workload, count, network.producers, (i) => signedFrom + (i * 1000) / Math.max(rate, 1)) || txBytes
    const phase: Phase = { name, workload, rate, seconds: forSeconds, startAt: Date.now() + START_IN_MS, drainMs: DRAIN_MS }
    return summarisePhase(phase, await cluster.run(phase))
  }

  // Compilers warm up before anything is measured, the hops included.
  await load('warm-up', moderateRate, WARM_UP_SECONDS)
  const hopMs = summarise(await cluster.measureHops(0, 1, HOPS))
  const moderate = await load('moderate', moderateRate, seconds)
  const sweep: PhaseResult[] = []
  if (options.rate !== undefined) sweep.push(await load('sustained', options.rate, seconds))
  for (let rate = moderateRate * 2; options.rate === undefined && sweep.length < MAX_SWEEP_STEPS; rate *= SWEEP_FACTOR) {
    const result = await load('sweep', rate, seconds)
    sweep.push(result)
    if (!isSustained(result)) break
  }
  const sustained = sweep.filter(isSustained).at(-1)
  const idle = options.idleSeconds > 0 ? await load('idle', 0, options.idleSeconds) : undefined
  await cluster.kill(validators - 1)
  const oneDown = await load('one down', sustained?.offeredPerSecond ?? moderateRate, seconds)
  const commitMs = flushMs.p50 + 4 * hopMs.p50
  return {
    machine: { cores: availableParallelism(), cpu: cpus()[0]?.model.trim() ?? 'unknown', node: process.version, platform: `${process.platform}-${process.arch}` },
    measuredAt: new Date().toISOString(),
    validators, txBytes,
    limits: { verifiesPerSecond, txPerSecond: verifiesPerSecond / validators, flushMs, hopMs, commitMs },
    moderate, sweep, sustained, oneDown,
    idle: idle && { seconds: idle.seconds, cpuShare: idle.cpuShare, viewChanges: idle.viewChanges, blocks: Math.round(idle.blocksPerSecond * idle.seconds) },
    ratios: {
      throughput: (sustained?.committedPerSecond ?? 0) / (verifiesPerSecond / validators),
      latency: moderate.commitMs.p50 / commitMs,
      oneDown: sustained === undefined ? undefined : oneDown.committedPerSecond / sustained.committedPerSecond,
    },
  }
}

export const isSustained = (result: PhaseResult): boolean =>
  result.committedPerSecond >= SUSTAINED_SHARE * result.offeredPerSecond && result.shed === 0 && result.lost === 0 && result.commitMs.p99 <= SUSTAINED_P99_MS
