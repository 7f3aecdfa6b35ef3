import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type LocalPool, type RunningValidator } from '../../consensus/node/testing/local-network.js'
import { createMempool, defaultMempoolLimits, type Mempool } from './mempool.js'

const N = 5
const SKEW_MS = 300_000

describe('the mempools of five validators, when one dies', () => {
  let network: LocalNetwork
  const running: RunningValidator[] = []
  const mempools: Mempool[] = []
  const createPool = (): LocalPool => {
    const mempool = createMempool(defaultMempoolLimits(SKEW_MS))
    mempools.push(mempool)
    return {
      ...mempool,
      add: (txs) => { for (const tx of txs) mempool.add({ tx, producer: undefined, time: undefined }) },
      drop: (ids) => mempool.remove(ids),
    }
  }
  const idsOf = ({ committed }: RunningValidator): readonly string[] => committed.flatMap(({ block }) => block.transactions.map(({ id }) => id))

  beforeAll(async () => {
    network = await createLocalNetwork(N, { baseTimeoutMs: 500, createPool })
    // One after the other, so that pools and validators have the same places.
    for (let i = 0; i < N; i++) running.push(await network.start(i))
    await until('a full mesh', () => running.every(({ node }) => node.status().connectedPeers === N - 1))
  })
  afterAll(async () => {
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })

  test('hold every transaction until it is committed, and none is committed twice', async () => {
    const transactions = Array.from({ length: 300 }, (_, n) => freshTx(n + 1))
    const offer = (from: number, to: number): void => {
      for (const validator of running) validator.submit(...transactions.slice(from, to))
    }
    offer(0, 100)
    await until('the first commits', () => running.every((validator) => idsOf(validator).length > 0))
    // It dies with whatever it has proposed; its turn comes again every five views.
    const dead = running.shift() as RunningValidator
    mempools.shift()
    offer(100, 200)
    await dead.stop()
    // Offered again, as others do after a lost view, in the middle of it all.
    offer(0, 300)
    await until('all committed by the four', () => running.every((validator) => new Set(idsOf(validator)).size === 300), 60_000)
    await until('equal heights', () => new Set(running.map(({ node }) => node.status().committedHeight)).size === 1)
    offer(0, 300)
    for (const validator of running) expect([...idsOf(validator)].sort()).toEqual(transactions.map(({ id }) => id).sort())
    expect(new Set(running.map(({ node }) => node.status().stateRoot)).size).toBe(1)
    expect(mempools.map((mempool) => mempool.size())).toEqual(mempools.map(() => ({ count: 0, bytes: 0 })))
    expect(running.map(({ fatal }) => fatal)).toEqual(running.map(() => []))
  })
})
