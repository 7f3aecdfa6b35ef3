import { describe, expect, test } from 'vitest'
import { shrink } from './shrink.js'
import { drawConfiguration, type SeedConfiguration } from './swarm/configuration.js'
import type { Result } from './types.js'
import { emptyTally } from './run/tally.js'

const resultOf = (configuration: SeedConfiguration, isBroken: boolean): Result => ({
  name: 'a seed', counts: emptyTally(), virtualMs: 1, trace: [], configuration,
  violations: isBroken ? [{ kind: 'stall', detail: '', atMs: 1 }] : [],
})

describe('shrinking', () => {
  const large: SeedConfiguration = {
    ...drawConfiguration(1), n: 10, wire: true, signatures: 'ed25519', twins: [1], liars: [{ index: 2, lies: ['flood', 'equivocate'] }], damaged: [{ index: 3, atMs: 1, fault: 'lost' }],
    faultsMs: 8000, transactions: [1, 2, 3, 4, 5, 6].map((atMs) => ({ atMs, toAll: true })),
    faults: { drop: { percent: 5 }, delay: { minMs: 1, maxMs: 2 }, crash: { everyMs: 1, downMs: 1, allPercent: 0 } },
  }

  test('leaves what the failure needs and nothing else', () => {
    const isBroken = ({ faults, liars, transactions }: SeedConfiguration): boolean =>
      faults.drop !== undefined && liars.some(({ lies }) => lies.includes('equivocate')) && transactions.some(({ atMs }) => atMs === 5)
    const run = (configuration: SeedConfiguration): Result => resultOf(configuration, isBroken(configuration))
    const { configuration } = shrink(run(large), run)
    expect(configuration).toMatchObject({
      n: 4, wire: false, signatures: 'fast', twins: [], damaged: [], liars: [{ index: 2, lies: ['equivocate'] }], faults: { drop: { percent: 5 } }, transactions: [{ atMs: 5 }],
    })
    expect(Object.keys((configuration as SeedConfiguration).faults)).toEqual(['drop'])
  })

  test('another kind of failure does not count as the same one', () => {
    const run = (configuration: SeedConfiguration): Result => ({
      ...resultOf(configuration, true), violations: [{ kind: configuration.wire ? 'stall' : 'fork', detail: '', atMs: 1 }],
    })
    expect((shrink(run(large), run).configuration as SeedConfiguration).wire).toBe(true)
  })

  test('gives up after as many runs as it was allowed', () => {
    let runs = 0
    shrink(resultOf(large, true), (configuration) => {
      runs += 1
      return resultOf(configuration, true)
    }, 5)
    expect(runs).toBe(5)
  })
})
