import { describe, expect, test } from 'vitest'
import { runConfiguration } from './run-seed.js'

/** Failures that seeds have found, made as small as they go. */
describe('found by the swarm', () => {
  /**
   * The certificate that made a height final was overtaken by a higher one, of a view that is not consecutive and so
   * commits nothing, before its block was there: the last validator waited for ever in a network that had no more work.
   */
  test('a validator that missed the certificate of the last commit learns it in a quiet network', () => {
    const { violations } = runConfiguration({
      seed: 148, n: 4, twins: [], liars: [{ index: 0, lies: ['withholdVotes', 'equivocate'] }], damaged: [], faultsMs: 3990, signatures: 'fast', wire: false,
      faults: {}, transactions: [{ atMs: 322, toAll: true }, { atMs: 598, toAll: false }],
    })
    expect(violations).toEqual([])
  })
})
