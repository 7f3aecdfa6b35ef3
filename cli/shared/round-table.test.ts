import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type RunningValidator } from '../../consensus/node/testing/local-network.js'
import { startOpsServer, type OpsServer } from './ops-server.js'
import { renderRoundTable } from './render-round-table.js'
import { askRoundTable } from './round-table.js'

describe('the round table of four validators, one of which is down', () => {
  let network: LocalNetwork
  let running: RunningValidator[] = []
  const servers = new Map<string, OpsServer>()

  beforeAll(async () => {
    network = await createLocalNetwork(4)
    running = await Promise.all([0, 1, 2].map((i) => network.start(i)))
    await until('three connected', () => running.every(({ node }) => node.status().connectedPeers === 2))
    for (const [i, { node }] of running.entries()) servers.set(`v${i}`, await startOpsServer({ host: '127.0.0.1', port: 0, status: () => node.status() }))
    const tx = freshTx(1)
    for (const validator of running) validator.submit(tx)
    await until('a commit', () => running.every(({ node }) => node.status().committedHeight >= 1))
  })
  afterAll(async () => {
    for (const server of servers.values()) await server.close()
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })

  test('says where each stands, who leads, and who heard whom', async () => {
    const seats = await askRoundTable(network.genesis, (name) => servers.get(name)?.url)
    expect(seats.map(({ name, isUp }) => [name, isUp])).toEqual([['v0', true], ['v1', true], ['v2', true], ['v3', false]])
    for (const seat of seats.slice(0, 3)) {
      expect(seat.committedHeight).toBeGreaterThanOrEqual(1)
      expect(seat.highQcView).toBeLessThan(seat.view as number)
      expect(seat.highQcHeight).toBeGreaterThanOrEqual(seat.committedHeight as number)
      expect(['v0', 'v1', 'v2', 'v3']).toContain(seat.leader)
      expect(seat).toMatchObject({ isJailed: false, halted: null, refusedMessages: 0 })
      const heard = seat.peers.filter(({ isConnected }) => isConnected)
      expect(heard).toHaveLength(2)
      for (const peer of heard) expect(peer).toMatchObject({ view: expect.any(Number) as number, lastSeenAt: expect.any(Date) as Date, points: 0, cutOffForMs: 0 })
      expect(seat.peers.find(({ name }) => name === 'v3')).toMatchObject({ isConnected: false, lastSeenAt: null, view: null })
    }
    expect(seats[3]).toMatchObject({ view: null, committedHeight: null, peers: [] })
  })

  test('is shown as two tables', async () => {
    const seats = await askRoundTable(network.genesis, (name) => servers.get(name)?.url)
    const text = renderRoundTable(seats, Date.now())
    expect(text).toMatch(/leader of it.*highest certificate/)
    expect(text).toMatch(/who heard whom/)
    expect(text).toMatch(/away \(nothing yet\)/)
  })
})

test('a seat that was cut off, jailed or halted says so', () => {
  const peer = { name: 'b', isConnected: false, lastSeenAt: new Date(0), view: 3, committedHeight: 1, points: 0, cutOffForMs: 4200 }
  const seat = {
    name: 'a', validatorId: 'aa', isUp: true, view: 4, leader: 'b', highQcView: 3, highQcHeight: 2, committedHeight: 1, stateRoot: 'ab'.repeat(32), viewChanges: 0,
    score: 0, isJailed: true, halted: 'this key signed elsewhere', refusedMessages: 7, peers: [peer],
  }
  const text = renderRoundTable([seat, { ...seat, name: 'b', isJailed: false, halted: null, peers: [{ ...peer, name: 'a', cutOffForMs: 0 }] }], 61_000)
  expect(text).toMatch(/jailed/)
  expect(text).toMatch(/cut off for 5 s/)
  expect(text).toMatch(/away \(3, 61 s\)/)
  expect(text).toMatch(/a has stopped signing: this key signed elsewhere/)
})
