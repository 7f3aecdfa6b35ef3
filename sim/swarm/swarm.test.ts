import { describe, expect, test } from 'vitest'
import { faultTolerance, quorumSize } from '../../domain/quorum.js'
import { runTechnique } from '../run/technique.js'
import { addResult, emptyTally } from '../run/tally.js'
import { drawConfiguration } from './configuration.js'
import { runSeed } from './run-seed.js'

describe('the swarm', () => {
  test('never draws more faults than a network of that size can bear', () => {
    for (let seed = 0; seed < 3000; seed++) {
      const { n, liars, twins, damaged, faultsMs, transactions } = drawConfiguration(seed)
      const bad = new Set([...liars.map(({ index }) => index), ...twins])
      expect(bad.size).toBe(liars.length + twins.length)
      expect(bad.size).toBeLessThanOrEqual(faultTolerance(n))
      expect(bad.size + damaged.length).toBeLessThanOrEqual(n - quorumSize(n))
      expect(damaged.some(({ index }) => bad.has(index))).toBe(false)
      expect(damaged.every(({ atMs }) => atMs <= faultsMs)).toBe(true)
      expect(transactions.length).toBeGreaterThan(0)
    }
  })

  test('draws every size, every class of fault, and real signatures and bytes now and then', () => {
    const drawn = Array.from({ length: 1000 }, (_, seed) => drawConfiguration(seed))
    expect(new Set(drawn.map(({ n }) => n))).toEqual(new Set([1, 4, 5, 6, 7, 10, 20]))
    expect(new Set(drawn.flatMap(({ faults }) => Object.keys(faults))).size).toBe(10)
    expect(drawn.filter(({ signatures }) => signatures === 'ed25519').length).toBe(10)
    expect(drawn.filter(({ wire }) => wire).length).toBeGreaterThan(60)
  })

  test('a seed is the same run every time', () => {
    expect(runSeed(17)).toEqual(runSeed(17))
  })

  test('150 seeds: no fork, no stall, nothing said twice, and really something went on', { timeout: 300_000 }, () => {
    const tally = emptyTally()
    for (let seed = 1000; seed < 1150; seed++) {
      const result = runTechnique(seed, undefined)
      expect(result.violations, `cybermesh sim --seed ${seed}`).toEqual([])
      addResult(tally, result)
    }
    expect(tally).toMatchObject({ seeds: 150, forks: 0, stalls: 0, otherViolations: 0 })
    expect(tally.crashes).toBeGreaterThan(300)
    expect(tally.viewChanges).toBeGreaterThan(300)
    expect(tally.commits).toBeGreaterThan(500)
  })
})
