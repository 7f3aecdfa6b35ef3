/** A mesh of five validators on a real Kafka broker under a steady load of several detectors, and whether its books close. */
import { join } from 'node:path'
import type { Summary } from '../../../cli/up/summary.js'
import { startBroker } from '../../../scripts/kafka/broker.js'
import type { KafkaVersion } from '../../../scripts/kafka/install.js'
import { committed } from '../feed.js'
import { startUp, temporaryFolder, until } from '../mesh.js'
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
    const isOver = async (): Promise<boolean> => {
      const leftMs = startedAt + minutes * 60_000 - performance.now()
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(leftMs, SAY_EVERY_MS))))
      const now = await up.status('recorder')
      say(`${Math.round((performance.now() - startedAt) / 1000)} s: ${String(now['published'])} published, ${String(now['committed'])} committed`)
      return performance.now() >= startedAt + minutes * 60_000
    }
    await until('the load is over', isOver, 2 * minutes * 60_000 + FIRST_COMMIT_MS)
    const seconds = (performance.now() - startedAt) / 1000
    const summary = await up.interrupt()
    const proof = await prove(data, summary)
    const { published, committed: done, rejected, timeout, expired, inFlight, viewChanges, blocks, emptyBlocks, producers } = summary
    return {
      ok: proof.proven && viewChanges === 0 && done === published,
      version, minutes, asked: perSecond, publishedPerSecond: Math.round(((published - Number(begin['published'])) / seconds) * 10) / 10,
      published, committed: done, rejected, timeout, expired, inFlight, viewChanges, blocks, emptyBlocks, latencyMs: await readLatencies(data), producers, ...proof,
    }
  } finally {
    await up.killEverything().catch(() => undefined)
    await broker.stop()
    folder.remove()
  }
}
