/** A mesh of five validators on a real Kafka broker under a steady load of several detectors, and whether its books close. */
import { join } from 'node:path'
import type { Summary } from '../../../cli/up/summary.js'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import type { KafkaVersion } from '../../../scripts/kafka/install.js'
import { cpuMs } from '../feed.js'
import { startUp, statusOf, temporaryFolder, until, type Up } from '../mesh.js'
import { prove, type Proof } from './prove.js'
import { readLatencies } from './read-latencies.js'
import { settle, soon } from './settle.js'

export type LoadOptions = {
  readonly version: KafkaVersion
  readonly minutes: number
  readonly perSecond: number
  readonly detectors: number
  readonly say?: (line: string) => void
}

export type LoadReport = {
  /** No view was lost, nothing is on its way any more, and the books close. */
  readonly ok: boolean
  readonly version: string
  readonly minutes: number
  readonly asked: number
  /** What the recorder met of what the detectors published, a second; behind a backlog less than they reached. */
  readonly recordedPerSecond: number
  /** Of one processor, by process. */
  readonly cpuPercent: Readonly<Record<string, number>>
  /** Processors that all of them used together. */
  readonly cores: number
  /** User and system time of each process for an anomaly that the recorder met. */
  readonly cpuMsPerAnomaly: Readonly<Record<string, number>>
  readonly latencyMs: Awaited<ReturnType<typeof readLatencies>>
} & Pick<Summary, 'published' | 'committed' | 'rejected' | 'timeout' | 'expired' | 'inFlight' | 'viewChanges' | 'blocks' | 'emptyBlocks' | 'producers'> & Proof

const SAY_EVERY_MS = 30_000
const FIRST_COMMIT_MS = 120_000

export async function runLoad({ version, minutes, perSecond, detectors, say = () => undefined }: LoadOptions): Promise<LoadReport> {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const broker = await startBroker({ version, folder: join(folder.path, 'kafka') })
  let up = startUp(data, '--kafka', `kafka://${broker.address}`, '--rate', String(perSecond), '--detectors', String(detectors))
  // A role that `up` is just starting, again or for the first time, refuses connections.
  const status = (role: string): ReturnType<Up['status']> => soon(`the ${role}`, () => statusOf(up.running(), role))
  try {
    await up.ready()
    await until('the first commit', async () => Number((await status('recorder'))['committed']) > 0, FIRST_COMMIT_MS)
    const begin = await status('recorder')
    const startedAt = performance.now()
    const used = cpuOf(up, broker)
    const isOver = async (): Promise<boolean> => {
      const leftMs = startedAt + minutes * 60_000 - performance.now()
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(leftMs, SAY_EVERY_MS))))
      const [now, validator] = await Promise.all([status('recorder'), status('validator-0')])
      say(`${Math.round((performance.now() - startedAt) / 1000)} s: ${String(now['published'])} published, ${String(now['committed'])} committed, ${String(validator['viewChanges'])} view changes`)
      return performance.now() >= startedAt + minutes * 60_000
    }
    await until('the load is over', isOver, 2 * minutes * 60_000 + FIRST_COMMIT_MS)
    const seconds = (performance.now() - startedAt) / 1000
    const loaded = await status('recorder')
    const usedNow = cpuOf(up, broker)
    const usedMs = Object.entries(usedNow).map(([name, ms]) => [name, ms - (used[name] ?? 0)] as const)
    const met = Number(loaded['published']) - Number(begin['published'])
    const underLoad = await up.interrupt()
    const summary = await settle(data, folder.path, underLoad, (started) => { up = started })
    const proof = await prove(data, summary)
    const { published, committed, rejected, timeout, expired, inFlight, blocks, emptyBlocks, producers } = summary
    // Of a validator since it started. One that starts again with a backlog may meet a leader that is not there yet.
    const { viewChanges } = underLoad
    return {
      ok: proof.proven && viewChanges === 0 && inFlight === 0,
      version, minutes, asked: perSecond, recordedPerSecond: Math.round((met / seconds) * 10) / 10,
      cpuPercent: Object.fromEntries(usedMs.map(([name, ms]) => [name, Math.round(ms / (10 * seconds))])),
      cores: Math.round(usedMs.reduce((sum, [, ms]) => sum + ms, 0) / (10 * seconds)) / 100,
      cpuMsPerAnomaly: Object.fromEntries(usedMs.map(([name, ms]) => [name, Math.round((100 * ms) / met) / 100])),
      published, committed, rejected, timeout, expired, inFlight, viewChanges, blocks, emptyBlocks, latencyMs: await readLatencies(data), producers, ...proof,
    }
  } finally {
    await up.killEverything().catch(() => undefined)
    await broker.stop()
    folder.remove()
  }
}

const cpuOf = (up: Up, broker: Broker): Record<string, number> =>
  Object.fromEntries(Object.entries({ ...up.running().pids, broker: broker.pid() ?? 0 }).map(([name, pid]) => [name, cpuMs(pid)]))
