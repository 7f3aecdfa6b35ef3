import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StateChanges } from '../execution/types.js'
import type { StateRoot } from '../ids.js'
import { applyChanges } from './apply-changes.js'
import { foldChanges } from './fold-changes.js'
import { EMPTY_STATE } from './nodes.js'

const apply = (nodes: Map<string, Uint8Array>, { puts, deletes }: StateChanges): void => {
  for (const hash of deletes) nodes.delete(hash)
  for (const [hash, bytes] of puts) nodes.set(hash, bytes)
}

test('stored at once or one after the other, any blocks leave the same nodes, and together they write no more', () => {
  const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.option(fc.nat({ max: 2 }), { nil: null }))
  fc.assert(fc.property(fc.array(change, { maxLength: 6 }), fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }), (before, blocks) => {
    const step = new Map<string, Uint8Array>()
    let root: StateRoot = EMPTY_STATE
    const run = (entries: readonly (readonly [string, number | null])[]): StateChanges => {
      const applied = applyChanges({ get: (hash) => step.get(hash) }, root, new Map(entries.map(([key, n]) => [key, n === null ? null : Uint8Array.of(n)])))
      root = applied.root
      apply(step, applied)
      return applied
    }
    run(before)
    const folded = new Map(step)
    const changes = blocks.map(run)
    const whole = foldChanges(changes)
    apply(folded, whole)
    expect(folded).toEqual(step)
    const size = ({ puts, deletes }: StateChanges): number => puts.size + deletes.size
    expect(size(whole)).toBeLessThanOrEqual(changes.reduce((sum, each) => sum + size(each), 0))
  }))
})
