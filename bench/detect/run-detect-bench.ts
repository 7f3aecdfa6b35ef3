/**
 * The detector from a file to its decisions: flows a second from EVE lines, packets and flows a second from a capture, each
 * beside reading alone; what a million hosts do to its memory; how long after the end of a second its anomaly is out; and what a row costs a model.
 * Counts are checked: a run that missed a flow has no result.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newDetector } from '../../detector/detector.js'
import { defaultEngines } from '../../detector/engines/default-engines.js'
import { runPipeline, type PipelineStats } from '../../detector/pipeline.js'
import { UDP, type FlowRecord, type SourceItem } from '../../detector/sources/records.js'
import { packageFile } from '../../platform/package-root.js'
import { describeMachine, type Machine } from '../machine.js'
import { summarise, type Summary } from '../percentiles.js'
import { createStopwatch, timed, type Cost } from '../stopwatch.js'
import { parseLines, walkCapture } from './limits.js'
import { benchScoring, type ScoringResult } from './scoring.js'
import { writeCapture, writeEve } from './traffic.js'

export type DetectBenchOptions = {
  readonly flows: number
  /** Threads that count flows and packets; 1 is none beside the one that reads. */
  readonly workers: number
  /** Hosts that each get one flow, for the memory. */
  readonly hosts: number
  /** Floods whose anomaly is waited for. */
  readonly alarms: number
  /** Rows that a model scores one by one: at most so many flows of the recordings, and as many drawn at random. */
  readonly rows: number
  /** Without them, the bundled capture. */
  readonly recordings?: readonly string[] | undefined
  /** A Python that has LightGBM, to score beside it. */
  readonly python: string
  readonly folder: string | undefined
  progress(line: string): void
}

export type DetectBenchResult = {
  readonly machine: Machine
  /** UTC. */
  readonly measuredAt: string
  readonly flows: number
  /** Threads that counted; processor time is of all of them. */
  readonly workers: number
  readonly eve: Cost
  readonly capture: { readonly packets: Cost; readonly flowsPerSecond: number }
  readonly limits: { readonly jsonParse: Cost; readonly walkCapture: Cost }
  readonly memory: { readonly hosts: number; readonly heapMbBefore: number; readonly heapMbAfter: number; readonly dropped: Readonly<Record<string, number>> }
  /** From the moment a second's last flow was handed over and its end was known, until its anomaly was published. */
  readonly alarmMs: Summary
  readonly scoring: ScoringResult
  readonly ratios: { readonly eveOfJsonParse: number; readonly captureOfWalk: number }
}

/** Of recorded time: a busy network. */
const FLOWS_A_SECOND = 10_000
const BUNDLED_CAPTURE = packageFile('detector', 'samples', 'lab.pcap')
const nothing = (): Promise<void> => Promise.resolve()

export async function runDetectBench(options: DetectBenchOptions): Promise<DetectBenchResult> {
  const { flows, workers, progress } = options
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  try {
    const evePath = join(folder, 'eve.json')
    const capturePath = join(folder, 'traffic.pcap')
    progress(`writing ${flows} flows as EVE lines and as a capture`)
    writeEve(evePath, flows, FLOWS_A_SECOND)
    const { packets } = writeCapture(capturePath, flows, FLOWS_A_SECOND)
    progress('detecting in EVE lines')
    const eve = await timedChecked(flows, async () => (await detectIn(evePath, workers)).flows)
    const jsonParse = await timedChecked(flows, () => parseLines(evePath))
    progress('detecting in a capture')
    const captured = await timedChecked(packets, async () => (await detectIn(capturePath, workers)).packets)
    const walked = await timedChecked(packets, () => walkCapture(capturePath))
    progress(`${options.hosts} hosts`)
    const memory = await memoryOf(options.hosts)
    progress(`${options.alarms} floods`)
    const alarmMs = await alarmsOf(options.alarms)
    progress(`scoring ${options.rows} rows`)
    const scoring = await benchScoring({ rows: options.rows, recordings: options.recordings ?? [BUNDLED_CAPTURE], python: options.python })
    return {
      machine, measuredAt: new Date().toISOString(), flows, workers, eve,
      capture: { packets: captured, flowsPerSecond: flows / captured.seconds },
      limits: { jsonParse, walkCapture: walked }, memory, alarmMs, scoring,
      ratios: { eveOfJsonParse: eve.perSecond / jsonParse.perSecond, captureOfWalk: captured.perSecond / walked.perSecond },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const detectIn = (path: string, workers: number): Promise<PipelineStats> => runPipeline({ source: path, replay: { mode: 'asap' }, publish: nothing, workers })

async function timedChecked(expected: number, work: () => Promise<number>): Promise<Cost> {
  let seen = 0
  const cost = await timed(expected, async () => { seen = await work() })
  if (seen !== expected) throw new Error(`${seen} of ${expected} were read`)
  return cost
}

function flow(startMs: number, source: string, destination: string, more: Partial<FlowRecord> = {}): FlowRecord {
  return {
    kind: 'flow', startMs, endMs: startMs, source, destination, sourcePort: 40_000, destinationPort: 53, protocol: UDP, forwardPackets: 1, backwardPackets: 1,
    byteLayer: 'ip', forwardBytes: 60, backwardBytes: 120, synPackets: undefined, rstPackets: undefined, forwardDataPackets: undefined, features: () => ({}), label: undefined, ...more,
  }
}

const hostAt = (index: number): string => `${11 + (index >>> 24)}.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`

/** Each host is heard of once, in one minute: nothing can be forgotten because it is old. */
async function memoryOf(hosts: number): Promise<DetectBenchResult['memory']> {
  const heapMb = (): number => {
    globalThis.gc?.()
    return Math.round(process.memoryUsage().heapUsed / 2 ** 20)
  }
  const heapMbBefore = heapMb()
  let heapMbAfter = 0
  async function* items(): AsyncGenerator<SourceItem> {
    for (let i = 0; i < hosts; i++) yield flow(1000 + i * 50_000 / hosts, hostAt(i), hostAt(hosts + i))
    heapMbAfter = heapMb()
    await nothing()
  }
  const { dropped } = await runPipeline({ source: () => Promise.resolve(items()), replay: { mode: 'asap' }, publish: nothing })
  return { hosts, heapMbBefore, heapMbAfter, dropped }
}

/** Floods of 300 sources, each towards another host, amid ordinary flows to the others. */
async function alarmsOf(alarms: number): Promise<Summary> {
  const detector = newDetector(defaultEngines(), (() => { let n = 0; return () => `alarm-${n++}` })())
  const times: number[] = []
  for (let second = 0; second < alarms; second++) {
    const startMs = second * 10_000
    for (let i = 0; i < FLOWS_A_SECOND; i++) detector.accept(flow(startMs + i / 10, hostAt(i), hostAt(1_000_000 + i)))
    const target = hostAt(2_000_000 + second)
    for (let i = 0; i < 300; i++) detector.accept(flow(startMs + 999, hostAt(5_000_000 + i), target, { backwardPackets: 0, backwardBytes: 0, forwardPackets: 3 }))
    const watch = createStopwatch()
    const found = await watch.time(() => detector.accept({ kind: 'tick', timeMs: startMs + 9000 }))
    if (!found.some(({ decision }) => decision.finding.target === target)) throw new Error(`the flood towards ${target} was not found`)
    times.push(watch.cost(1).seconds * 1000)
  }
  return summarise(times)
}
