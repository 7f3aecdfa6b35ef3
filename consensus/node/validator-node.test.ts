import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type RunningValidator } from './testing/local-network.js'

const N = 5
/** Long enough that a busy machine is no reason to change the view. */
const BASE_TIMEOUT_MS = 5000
const txCount = ({ committed }: RunningValidator): number => committed.reduce((sum, { block }) => sum + block.transactions.length, 0)
const heightOf = ({ node }: RunningValidator): number => node.status().committedHeight
const rootOf = ({ node }: RunningValidator): string => node.status().stateRoot

describe('five validators on real sockets and real disks', () => {
  let network: LocalNetwork
  let running: RunningValidator[] = []
  let sent = 0

  const everyone = (...txs: readonly ReturnType<typeof freshTx>[]): void => {
    for (const validator of running) validator.submit(...txs)
  }
  const next = (count: number) => Array.from({ length: count }, () => freshTx(++sent))
  const expectEqualRoots = async (): Promise<void> => {
    await until('equal heights', () => new Set(running.map(heightOf)).size === 1)
    expect(new Set(running.map(rootOf)).size).toBe(1)
    for (const { committed } of running) {
      expect(committed.map(({ block }) => block.header.height)).toEqual(committed.map((_, i) => (committed[0]?.block.header.height ?? 0) + i))
    }
  }
  const expectNoTrouble = (): void => {
    for (const { fatal, reports } of running) {
      expect(fatal).toEqual([])
      expect(reports.filter(({ kind }) => kind === 'safety-alarm' || kind === 'double-vote' || kind === 'double-proposal')).toEqual([])
    }
  }

  beforeAll(async () => {
    network = await createLocalNetwork(N, { baseTimeoutMs: BASE_TIMEOUT_MS })
    running = await Promise.all(Array.from({ length: N }, (_, i) => network.start(i)))
    await until('a full mesh', () => running.every(({ node }) => node.status().connectedPeers === N - 1))
  })
  afterEach(() => expectNoTrouble())
  afterAll(async () => {
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })

  test('a transaction commits everywhere with one state root', async () => {
    everyone(...next(1))
    await until('one commit everywhere', () => running.every((validator) => txCount(validator) === 1))
    await expectEqualRoots()
  })

  test('fifty transactions one after the other commit without a view change', async () => {
    const latencies: number[] = []
    for (const tx of next(50)) {
      const before = running.map(txCount)
      const start = performance.now()
      everyone(tx)
      await until('the next commit', () => running.every((validator, i) => txCount(validator) > (before[i] as number)))
      latencies.push(performance.now() - start)
    }
    latencies.sort((a, b) => a - b)
    process.stderr.write(`commit at all five: p50 ${latencies[25]?.toFixed(1)} ms, p90 ${latencies[45]?.toFixed(1)} ms, max ${latencies[49]?.toFixed(1)} ms\n`)
    await expectEqualRoots()
    expect(running.map(({ node }) => node.status().viewChanges)).toEqual(running.map(() => 0))
  })

  test('a large block travels by the ids of its transactions, and who lacks some asks for them', async () => {
    const before = running.map(txCount)
    const asked = () => running.map(({ node }) => node.status().inbound)
    const [common, rare] = [next(60), next(40)]
    // The last validator never hears of forty of them before they are proposed.
    for (const validator of running.slice(0, -1)) validator.submit(...common, ...rare)
    running.at(-1)?.submit(...common)
    await until('all hundred at all five', () => running.every((validator, i) => txCount(validator) === (before[i] as number) + 100))
    await expectEqualRoots()
    expect(asked().reduce((sum, { rebuilt }) => sum + rebuilt, 0)).toBeGreaterThan(0)
    expect(asked().at(-1)?.missingTransactions).toBeGreaterThan(0)
    expect(asked().slice(0, -1).every(({ missingTransactions }) => missingTransactions <= (asked().at(-1)?.missingTransactions ?? 0))).toBe(true)
  })

  test('a quiet network sends nothing', async () => {
    const views = running.map(({ node }) => node.status().view)
    await new Promise((resolve) => setTimeout(resolve, 1.2 * BASE_TIMEOUT_MS))
    expect(running.map(({ node }) => node.status().view)).toEqual(views)
  })

  test('four go on without the fifth, and it catches up when it starts again from its folder', async () => {
    const stopped = running.pop() as RunningValidator
    await stopped.stop()
    for (let round = 0; round < 6; round++) {
      const before = txCount(running[0] as RunningValidator)
      everyone(...next(5))
      await until('four commit', () => running.every((validator) => txCount(validator) === before + 5))
    }
    const back = await network.start(N - 1)
    running.push(back)
    await until('the stopped validator at the height of the others', () => heightOf(back) === heightOf(running[0] as RunningValidator))
    everyone(...next(1))
    await expectEqualRoots()
  })

  test('a validator whose blocks were lost gets all of them again, checked', async () => {
    const [first] = running as [RunningValidator]
    const lost = running.pop() as RunningValidator
    await lost.stop()
    network.wipeBlocks(N - 1)
    const back = await network.start(N - 1)
    running.push(back)
    await until('the chain from height 1', () => heightOf(back) === heightOf(first))
    expect(back.committed[0]?.block.header.height).toBe(1)
    everyone(...next(1))
    await expectEqualRoots()
  })
})

describe('a validator that was never up', () => {
  test('joins with an empty store and a fresh safety file, and then votes', async () => {
    const network = await createLocalNetwork(4)
    const running = await Promise.all([0, 1, 2].map((i) => network.start(i)))
    try {
      for (let n = 1; n <= 80; n++) {
        const tx = freshTx(n)
        for (const validator of running) validator.submit(tx)
        if (n % 8 === 0) await until(`${n} commits`, () => running.every((validator) => txCount(validator) === n))
      }
      const late = await network.start(3)
      running.push(late)
      await until('the late validator at the head', () => heightOf(late) === heightOf(running[0] as RunningValidator))
      expect(rootOf(late)).toBe(rootOf(running[0] as RunningValidator))
      // Now one of the first three may go: the late one is needed for the quorum.
      await (running.shift() as RunningValidator).stop()
      const last = freshTx(81)
      for (const validator of running) validator.submit(last)
      await until('a commit that needs the late validator', () => running.every((validator) => txCount(validator) === 81))
      for (const { fatal } of running) expect(fatal).toEqual([])
    } finally {
      await Promise.all(running.map((validator) => validator.stop()))
      network.remove()
    }
  })
})
