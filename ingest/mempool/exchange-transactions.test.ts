import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { asMillis } from '../../domain/ids.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'
import { decodeTransactions, gossip, GOSSIP_TOPICS } from '../../consensus/network/gossip.js'
import type { Mesh } from '../../consensus/network/mesh.js'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type LocalPool, type RunningValidator } from '../../consensus/node/testing/local-network.js'
import { exchangeTransactions, type TransactionExchange } from './exchange-transactions.js'
import { createMempool, defaultMempoolLimits, type Mempool } from './mempool.js'

const LIMITS = { blockTxs: 30, blockBytes: 100_000 }
const tx = (n: number): Transaction => createTransaction('event', Uint8Array.of(n))

describe('what is shown to others', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }))
  afterEach(() => void vi.useRealTimers())

  function watched() {
    const shown: string[][] = []
    const mempool = createMempool(defaultMempoolLimits(300_000))
    const mesh = { gossip: { topicValidators: new Map(), subscribe: () => undefined, publish: async (_topic: string, bytes: Uint8Array) => void shown.push(decodeTransactions(bytes).map(({ id }) => id)) } }
    const exchange = exchangeTransactions({ mesh: mesh as unknown as Mesh, mempool, limits: LIMITS, now: () => asMillis(Date.now()), offer: () => undefined, onOffered: () => undefined })
    const add = (...txs: readonly Transaction[]): void => {
      for (const one of txs) mempool.add({ tx: one, producer: undefined, time: undefined })
      exchange.pooled()
    }
    return { shown, mempool, exchange, add }
  }

  test('is each transaction that has waited for a while, once', async () => {
    const { shown, mempool, add } = watched()
    add(tx(1), tx(2))
    await vi.advanceTimersByTimeAsync(200)
    mempool.remove([tx(1).id])
    await vi.advanceTimersByTimeAsync(200)
    add(tx(3))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(shown).toEqual([[tx(2).id], [tx(3).id]])
  })

  test('is not what waits for its turn in a busy network, unless it is passed over for long', async () => {
    const { shown, mempool, add } = watched()
    add(tx(0))
    // Each look finds that a block took what waited, and something new that waits.
    for (let n = 1; n <= 6; n++) {
      await vi.advanceTimersByTimeAsync(300)
      mempool.remove([tx(n - 1).id])
      add(tx(n))
    }
    add(tx(100))
    for (let n = 7; n <= 12; n++) {
      await vi.advanceTimersByTimeAsync(300)
      mempool.remove([tx(n - 1).id])
      add(tx(n))
    }
    expect(shown).toEqual([])
    for (let n = 13; n <= 14; n++) {
      await vi.advanceTimersByTimeAsync(300)
      mempool.remove([tx(n - 1).id])
      add(tx(n))
    }
    expect(shown).toEqual([[tx(100).id]])
  })

  test('is what waits when blocks stop taking it: the leader may not have it, and has not lost its view yet', async () => {
    const { shown, mempool, add } = watched()
    add(tx(0))
    await vi.advanceTimersByTimeAsync(300)
    mempool.remove([tx(0).id])
    add(tx(1))
    await vi.advanceTimersByTimeAsync(300)
    expect(shown).toEqual([])
    await vi.advanceTimersByTimeAsync(900)
    expect(shown).toEqual([[tx(1).id]])
  })

  test('is nothing while blocks take of more than they can carry, and a little of it when they stop: a leader may lag in reading', async () => {
    const { shown, mempool, add } = watched()
    const many = Array.from({ length: 60 }, (_, n) => tx(n))
    add(...many)
    for (let n = 0; n < 20; n++) {
      await vi.advanceTimersByTimeAsync(300)
      mempool.remove([(many[n] as Transaction).id])
    }
    expect(shown).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(shown).toEqual([many.slice(20, 36).map(({ id }) => id)])
    mempool.remove(many.slice(0, 59).map(({ id }) => id))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(shown.slice(1)).toEqual([[tx(59).id]])
  })

  test('is all that waits when a view is given up, and nothing keeps a quiet process awake', async () => {
    const { shown, mempool, exchange, add } = watched()
    add(tx(1))
    exchange.onReport({ kind: 'view-timed-out', view: 3 as never, at: asMillis(0) })
    expect(shown).toEqual([[tx(1).id]])
    mempool.remove([tx(1).id])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('five validators of which one alone has read a message', () => {
  const N = 5
  let network: LocalNetwork
  const running: RunningValidator[] = []
  const mempools: Mempool[] = []
  const exchanges: TransactionExchange[] = []
  const pending = (one: Transaction) => ({ tx: one, producer: undefined, time: undefined })
  const createPool = (): LocalPool => {
    const mempool = createMempool(defaultMempoolLimits(300_000))
    mempools.push(mempool)
    return { ...mempool, add: (txs) => { for (const one of txs) mempool.add(pending(one)) }, drop: (ids) => mempool.remove(ids) }
  }

  beforeAll(async () => {
    // Views are given up long after this test has failed.
    network = await createLocalNetwork(N, { baseTimeoutMs: 600_000, createPool })
    for (let i = 0; i < N; i++) running.push(await network.start(i))
    running.forEach(({ mesh, submit, node }, i) => exchanges.push(exchangeTransactions({
      mesh, mempool: mempools[i] as Mempool, limits: network.genesis.limits, now: () => asMillis(Date.now()),
      offer: (one) => { submit(one); return undefined }, onOffered: () => node.transactionsAvailable(),
    })))
    await until('a full mesh', () => running.every(({ node, mesh }) => node.status().connectedPeers === N - 1 && node.status().maySign
      && mesh.gossip.getSubscribers(GOSSIP_TOPICS.transactions).length === N - 1))
  })
  afterAll(async () => {
    for (const exchange of exchanges) exchange.close()
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })

  test('commit it whoever it is, in a quiet network and without losing a view', async () => {
    for (let i = 0; i < N; i++) {
      const one = freshTx(i + 1)
      running[i]?.submit(one)
      exchanges[i]?.pooled()
      await until(`the message of validator ${i} is final everywhere`, () => running.every(({ committed }) => committed.some(({ block }) => block.transactions.some(({ id }) => id === one.id))))
    }
    expect(running.map(({ node }) => node.status().viewChanges)).toEqual(running.map(() => 0))
  })

  test('count it against whoever shows what nobody can have admitted', async () => {
    const [liar, other] = [running[0] as RunningValidator, running[1] as RunningValidator]
    exchanges.splice(1, 1, exchangeTransactions({
      mesh: other.mesh, mempool: mempools[1] as Mempool, limits: network.genesis.limits, now: () => asMillis(Date.now()), offer: () => 'INVALID_SIGNATURE', onOffered: () => undefined,
    }))
    gossip(liar.mesh, 'transactions', Uint8Array.of(0, 0, 0, 1, 0xff))
    await until('it is refused', () => other.node.status().refusals.some(({ type }) => type === 'transactions'))
  })
})
