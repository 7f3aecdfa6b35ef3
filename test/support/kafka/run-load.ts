/** A mesh of five validators on a real Kafka broker under a steady load of several detectors, and whether its books close. */
import { join } from 'node:path'
import type { Summary } from '../../../cli/up/summary.js'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import type { KafkaVersion } from '../../../scripts/kafka/install.js'
import { committed, cpuMs } from '../feed.js'
import { startUp, temporaryFolder, until, type Up } from '../mesh.js'
import { prove, type Proof } from './prove.js'
import { readLatencies } from './read-latencies.js'

export type LoadOptions = {
  readonly version: KafkaVersion
  readonly minutes: number
  readonly perSecond: number
  readonly detectors: number
  readonly say?: (line: string) => void
}

export type LoadReport = {
  readonly ok: boolean
  readonly version: string
  readonly minutes: number
  readonly asked: number
  /** What the detectors reached, a second. */
  readonly publishedPerSecond: number
  /** Of one processor, by process. */
  readonly cpuPercent: Readonly<Record<string, number>>
  readonly latencyMs: Awaited<ReturnType<typeof readLatencies>>
} & Pick<Summary, 'published' | 'committed' | 'rejected' | 'timeout' | 'expired' | 'inFlight' | 'viewChanges' | 'blocks' | 'emptyBlocks' | 'producers'> & Proof

const SAY_EVERY_MS = 30_000
const FIRST_COMMIT_MS = 120_000

export async function runLoad({ version, minutes, perSecond, detectors, say = () => undefined }: LoadOptions): Promise<LoadReport> {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const broker = await startBroker({ version, folder: join(folder.path, 'kafka') })
  const up = startUp(data, '--kafka', `kafka://${broker.address}`, '--rate', String(perSecond), '--detectors', String(detectors))
  try {
    const running = await up.ready()
    await until('the first commit', async () => await committed(running) > 0, FIRST_COMMIT_MS)
    const begin = await up.status('recorder')
    const startedAt = performance.now()
    const used = cpuOf(up, broker)
    const isOver = async (): Promise<boolean> => {
      const leftMs = startedAt + minutes * 60_000 - performance.now()
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(leftMs, SAY_EVERY_MS))))
      const [now, validator] = await Promise.all([up.status('recorder'), up.status('validator-0')])
      say(`${Math.round((performance.now() - startedAt) / 1000)} s: ${String(now['published'])} published, ${String(now['committed'])} committed, ${String(validator['viewChanges'])} view changes`)
      return performance.now() >= startedAt + minutes * 60_000
    }
    await until('the load is over', isOver, 2 * minutes * 60_000 + FIRST_COMMIT_MS)
    const seconds = (performance.now() - startedAt) / 1000
    const loaded = await up.status('recorder')
    const usedNow = cpuOf(up, broker)
    const cpuPercent = Object.fromEntries(Object.entries(usedNow).map(([name, ms]) => [name, Math.round((ms - (used[name] ?? 0)) / (10 * seconds))]))
    const summary = await up.interrupt()
    const proof = await prove(data, summary)
    const { published, committed: done, rejected, timeout, expired, inFlight, viewChanges, blocks, emptyBlocks, producers } = summary
    return {
      ok: proof.proven && viewChanges === 0 && done === published,
      version, minutes, asked: perSecond, publishedPerSecond: Math.round(((Number(loaded['published']) - Number(begin['published'])) / seconds) * 10) / 10,
      cpuPercent,
      published, committed: done, rejected, timeout, expired, inFlight, viewChanges, blocks, emptyBlocks, latencyMs: await readLatencies(data), producers, ...proof,
    }
  } finally {
    await up.killEverything().catch(() => undefined)
    await broker.stop()
    folder.remove()
  }
}

const cpuOf = (up: Up, broker: Broker): Record<string, number> =>
  Object.fromEntries(Object.entries({ ...up.running().pids, broker: broker.pid() ?? 0 }).map(([name, pid]) => [name, cpuMs(pid)]))
