/**
 * A mesh on a real Kafka broker whose broker and roles die by kill -9 in turn, under load. `up` starts roles again, this
 * starts the broker again; after each death commits go on, and no offset is ahead of what is on a validator's disk.
 */
import { join } from 'node:path'
import { openExisting } from '../../../cli/data-folder/open.js'
import { openTopicsOf } from '../../../cli/dlq/open-letters.js'
import type { Summary } from '../../../cli/up/summary.js'
import { startBroker } from '../../../scripts/kafka/broker.js'
import type { KafkaVersion } from '../../../scripts/kafka/install.js'
import { committed, VALIDATORS } from '../feed.js'
import { kill, startUp, statusOf, temporaryFolder, until, type Up } from '../mesh.js'
import { checkOffsets } from './check-offsets.js'
import { prove, type Proof } from './prove.js'
import { settle, soon } from './settle.js'

export type KillOptions = {
  readonly version: KafkaVersion
  readonly rounds: number
  readonly perSecond: number
  /** How long the broker stays away. */
  readonly awayMs: number
  /** Roles that die together, one group after the other; by default each role alone, then two validators at once. */
  readonly victims?: readonly (readonly string[])[]
  readonly say?: (line: string) => void
}

export type KillReport = {
  readonly ok: boolean
  readonly kills: Readonly<Record<string, number>>
  /** Longest wait for ten more commits, ms, by who died. */
  readonly goesOnAfterMs: Readonly<Record<string, number>>
  /** Offsets found ahead of a receipt after a death. */
  readonly aheadMeanwhile: readonly string[]
} & Pick<Summary, 'published' | 'committed' | 'rejected' | 'timeout' | 'expired' | 'inFlight' | 'viewChanges'> & Proof

const EACH_ROLE: readonly (readonly string[])[] = [
  ...VALIDATORS.map((name) => [name]), ['recorder'], ['projector'], ['api'], ['detector'], ['validator-1', 'validator-3'],
]
const BROKER = 'broker'
const GOES_ON_MS = 180_000
const MORE = 10

export async function runKills({ version, rounds, perSecond, awayMs, victims = EACH_ROLE, say = () => undefined }: KillOptions): Promise<KillReport> {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const broker = await startBroker({ version, folder: join(folder.path, 'kafka') })
  let up = startUp(data, '--kafka', `kafka://${broker.address}`, '--rate', String(perSecond), '--detectors', '2')
  const kills: Record<string, number> = {}
  const goesOnAfterMs: Record<string, number> = {}
  const aheadMeanwhile: string[] = []

  const goesOn = async (who: string, work: () => Promise<void>): Promise<void> => {
    const startedAt = performance.now()
    await work()
    // The recorder itself may be the one that died, and counts go on where they were.
    const before = await soon('the recorder', () => committed(up.running()), GOES_ON_MS)
    await until(`commits go on after the death of ${who}`, async () => await soon('the recorder', () => committed(up.running()), GOES_ON_MS) >= before + MORE, GOES_ON_MS)
    kills[who] = (kills[who] ?? 0) + 1
    goesOnAfterMs[who] = Math.max(goesOnAfterMs[who] ?? 0, Math.round(performance.now() - startedAt))
    const transport = await openTopicsOf(openExisting(data))
    try {
      if (transport !== undefined) aheadMeanwhile.push(...(await checkOffsets(transport, data)).ahead)
    } finally {
      await transport?.close()
    }
    say(`${who}: goes on after ${goesOnAfterMs[who]} ms`)
  }

  try {
    await up.ready()
    await until('something is committed', async () => await committed(up.running()) > 0, GOES_ON_MS)
    for (let round = 0; round < rounds; round++) {
      for (const names of victims) await goesOn(names.join(' and '), () => killRoles(up, names))
      await goesOn(BROKER, async () => {
        await broker.kill()
        await new Promise((resolve) => setTimeout(resolve, awayMs))
        await broker.start()
      })
    }
    const summary = await settle(data, folder.path, await up.interrupt(), (started) => { up = started })
    const proof = await prove(data, summary)
    const { published, committed: done, rejected, timeout, expired, inFlight, viewChanges } = summary
    return {
      ok: proof.proven && aheadMeanwhile.length === 0 && inFlight === 0 && rejected === 0,
      kills, goesOnAfterMs, aheadMeanwhile, published, committed: done, rejected, timeout, expired, inFlight, viewChanges, ...proof,
    }
  } finally {
    await up.killEverything().catch(() => undefined)
    await broker.stop()
    folder.remove()
  }
}

/** All at once; resolves when each has a new process that answers. */
async function killRoles(up: Up, names: readonly string[]): Promise<void> {
  const { pids } = up.running()
  for (const name of names) kill(pids[name] as number)
  for (const name of names) {
    await until(`${name} was started again and answers`, async () => {
      const running = up.running()
      const status = await statusOf(running, name, 1000).catch(() => undefined)
      return status !== undefined && Number(status['pid']) !== pids[name]
    }, GOES_ON_MS)
  }
}
