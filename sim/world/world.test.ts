import { describe, expect, test } from 'vitest'
import { genesis as testGenesis } from '../../domain/execution/testing/network.js'
import { LIAR_NAMES, LIARS } from '../byzantine/index.js'
import { createRandom } from '../kernel/random.js'
import { expectCommitted, expectSilence } from '../oracles/liveness.js'
import { createWorld } from './create-world.js'
import type { SimNode } from '../types.js'

const at = (nodes: readonly SimNode[], i: number): SimNode => nodes[i] as SimNode

describe('a world', () => {
  test('of five is the network of the unit tests, so what they forge is valid here', () => {
    expect(createWorld({ n: 5, seed: 1 }).genesis.chainId).toBe(testGenesis.chainId)
  })

  test('is the same for the same seed, event by event, and another for another', () => {
    const run = (seed: number) => {
      const world = createWorld({ n: 4, seed, faults: { delay: { minMs: 1, maxMs: 300 }, drop: { percent: 10 }, crash: { everyMs: 500, downMs: 300, allPercent: 10 } } })
      for (let k = 1; k <= 4; k++) {
        world.submitTx(k)
        world.run(700)
      }
      return [...world.trace(), JSON.stringify(world.counts)]
    }
    expect(run(3)).toEqual(run(3))
    expect(run(3)).not.toEqual(run(4))
  })

  test.each([1, 4, 5, 6, 7])('of %i validators commits what it is given, falls silent, and all hold one state', (n) => {
    const world = createWorld({ n, seed: 1 })
    world.run(20)
    const txs = [1, 2, 3].map((k) => world.submitTx(k))
    expect(expectCommitted(world, txs, 2)).toBeLessThan(100)
    expectSilence(world, 3)
    expect(world.violations).toEqual([])
    expect(world.counts.viewChanges).toBe(0)
  })

  test('works the same over bytes and with real signatures', () => {
    const world = createWorld({ n: 4, seed: 1, wire: true, signatures: 'ed25519' })
    world.run(20)
    expectCommitted(world, [world.submitTx(1)], 2)
    expect(world.violations).toEqual([])
    expect(world.counts.bytes).toBeGreaterThan(1000)
  })

  test('power may go at every effect boundary of every node, and nothing is lost or said twice', () => {
    const reached = new Set<number>()
    for (let fuse = 0; fuse < 40; fuse++) {
      for (const victim of [0, 1, 2]) {
        const world = createWorld({ n: 4, seed: fuse })
        world.run(20)
        const node = at(world.nodes, victim)
        node.fuse = fuse
        const tx = world.submitTx(1)
        world.run(300)
        if (!node.isUp) reached.add(fuse)
        world.heal()
        expectCommitted(world, [tx], 15)
        expect(world.violations, `fuse ${fuse} at ${node.name}`).toEqual([])
      }
    }
    expect(reached.size).toBeGreaterThan(15)
  })

  test('a validator whose safety record is lost or damaged stays down; the others go on', () => {
    for (const fault of ['lost', 'flipped'] as const) {
      const world = createWorld({ n: 4, seed: 1 })
      expectCommitted(world, [world.submitTx(1)], 5)
      world.restart(at(world.nodes, 2), fault)
      expect(at(world.nodes, 2)).toMatchObject({ isUp: false, stopped: expect.stringContaining('safety record') as string })
      world.heal()
      expectCommitted(world, [world.submitTx(2)], 10)
      expect(world.violations).toEqual([])
    }
  })

  test('commits that were told but not stored come back from blocks and certificates', () => {
    const world = createWorld({ n: 4, seed: 1 })
    const tx = world.submitTx(1)
    const node = at(world.nodes, 0)
    world.runUntil(() => node.committed.length > 0, 5000)
    expect(node.disk.final.length).toBe(0)
    world.crash(node)
    world.restart(node)
    world.run(2000)
    expect(node.disk.final.map(({ block }) => block.transactions.map(({ id }) => id)).flat()).toContain(tx)
    expect(world.violations).toEqual([])
  })

  test('what leaves a script’s filter does not arrive', () => {
    const world = createWorld({ n: 4, seed: 1 })
    world.filter = (_from, to) => to.index !== 3
    world.submitTx(1)
    world.run(3000)
    expect(at(world.nodes, 0).committed.length).toBeGreaterThan(0)
    expect(at(world.nodes, 3).committed.length).toBe(0)
  })
})

describe('liars', () => {
  test.each(LIAR_NAMES)('one of four that does %s neither forks nor stops the others', (name) => {
    for (let seed = 1; seed <= 3; seed++) {
      const liars = new Map([[1, (node: SimNode, world: Parameters<(typeof LIARS)['flood']>[1]) => LIARS[name](node, world, createRandom(seed))]])
      const world = createWorld({ n: 4, seed, liars, gossip: true, wire: seed === 3, faults: { delay: { minMs: 1, maxMs: 60 } } })
      const txs = [1, 2, 3, 4, 5].map((k) => {
        world.run(150)
        return world.submitTx(k)
      })
      world.heal()
      expectCommitted(world, txs, 40)
      expect(world.violations).toEqual([])
    }
  })

  test('what a liar says really differs: an equivocating leader is shown with both of its proposals', () => {
    const world = createWorld({ n: 4, seed: 2, liars: new Map([[1, (node, own) => LIARS.equivocate(node, own, createRandom(2))]]) })
    for (let k = 1; k <= 4; k++) {
      world.submitTx(k)
      world.run(1000)
    }
    const reports = world.nodes.flatMap((node) => node.reports).filter(({ kind }) => kind === 'double-proposal' || kind === 'double-vote')
    expect(reports.length).toBeGreaterThan(0)
  })
})
