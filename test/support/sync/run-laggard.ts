/** Four validators with a long history and load; the fifth starts from nothing and must reach them while they go on. */
import { createLocalNetwork, freshTx, until, type RunningValidator } from '../../../consensus/node/testing/local-network.js'
import { idOfPeer } from '../../../consensus/network/testing/meshes.js'
import { LIES, lieAboutBlocks, type Lie } from './lying-peer.js'
import { writeHistory } from './write-history.js'

export type LaggardReport = {
  readonly blocks: number
  readonly seconds: number
  readonly blocksPerSecond: number
  /** Commits of the four others while the fifth caught up, and their height when it had. */
  readonly committedMeanwhile: number
  readonly heights: readonly number[]
  readonly stateRoots: readonly string[]
  readonly lies: Readonly<Record<string, number>>
  /** What the one behind refused, by whom, type and reason. */
  readonly refused: Readonly<Record<string, number>>
  readonly pauses: Readonly<Record<string, number>>
  readonly viewChanges: number
  readonly fatal: number
  readonly rssMb: number
}

export type LaggardOptions = { readonly blocks: number; readonly liars?: readonly number[]; readonly lies?: readonly Lie[]; readonly txPerSecond?: number; readonly withinMs?: number }

export async function runLaggard({ blocks, liars = [], lies = LIES, txPerSecond = 10, withinMs = 600_000 }: LaggardOptions): Promise<LaggardReport> {
  const network = await createLocalNetwork(5)
  const running: RunningValidator[] = []
  let load: NodeJS.Timeout | undefined
  try {
    const final = await writeHistory(network, blocks)
    running.push(...await Promise.all([0, 1, 2, 3].map((i) => network.start(i))))
    const authors = running.slice()
    await until('four connected', () => authors.every(({ node }) => node.status().connectedPeers === 3))
    const told: Map<Lie, number>[] = []
    for (const i of liars) {
      const { mesh, blocks: source } = authors[i] as RunningValidator
      told.push(await lieAboutBlocks(mesh, source, lies))
    }
    let made = 0
    load = setInterval(() => {
      const tx = freshTx(++made)
      for (const validator of running) validator.submit(tx)
    }, 1000 / txPerSecond)
    await until('the four commit', () => authors.every((validator) => heightOf(validator) > final + 5), 60_000)

    const before = heightOf(authors[0] as RunningValidator)
    const startedAt = performance.now()
    const late = await network.start(4)
    running.push(late)
    // While a liar is cut off, the blocks it leads come a moment later.
    const distance = liars.length === 0 ? 2 : 30
    await until('the one behind at the height of the others', () => heightOf(late) >= Math.max(...authors.map(heightOf)) - distance, withinMs)
    const seconds = (performance.now() - startedAt) / 1000
    const committedMeanwhile = heightOf(authors[0] as RunningValidator) - before
    clearInterval(load)
    await until('equal heights', () => new Set(running.map(heightOf)).size === 1, 90_000)
    const nameOf = (peer: string): string => ['v0', 'v1', 'v2', 'v3'].find((name) => idOfPeer(name).toString() === peer) ?? peer
    return {
      blocks: final, seconds: Math.round(seconds * 10) / 10, blocksPerSecond: Math.round(final / seconds), committedMeanwhile,
      heights: running.map(heightOf), stateRoots: running.map(({ node }) => node.status().stateRoot),
      lies: Object.fromEntries(LIES.map((lie) => [lie, told.reduce((sum, counts) => sum + (counts.get(lie) ?? 0), 0)])),
      refused: Object.fromEntries(late.mesh.guard.refusals().map(({ peer, type, reason, count }) => [`${nameOf(peer)} ${type}: ${reason}`, count])),
      pauses: Object.fromEntries(late.mesh.guard.standings().map(({ peer, pauses }) => [nameOf(peer), pauses])),
      viewChanges: Math.max(...authors.map(({ node }) => node.status().viewChanges)),
      fatal: running.reduce((sum, { fatal }) => sum + fatal.length, 0), rssMb: Math.round(process.memoryUsage().rss / 1e6),
    }
  } finally {
    clearInterval(load)
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  }
}

const heightOf = ({ node }: RunningValidator): number => node.status().committedHeight
