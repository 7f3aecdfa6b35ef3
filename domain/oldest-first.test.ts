import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oldestFirst } from './oldest-first.js'

test('gives what asking anew each time would give, whatever is added, taken out and put last meanwhile', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key: fc.nat(12) }),
    fc.record({ kind: fc.constant('delete' as const), key: fc.nat(12) }),
    fc.record({ kind: fc.constant('take' as const), key: fc.constant(0) }),
  )
  fc.assert(fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
    const kept = new Set<number>()
    const oldest = oldestFirst(kept)
    for (const { kind, key } of acts) {
      if (kind === 'take') {
        const expected = [...kept][0]
        const taken = oldest()
        expect(taken).toBe(expected)
        if (taken !== undefined) kept.delete(taken)
      } else {
        kept.delete(key)
        if (kind === 'add') kept.add(key)
      }
    }
  }))
})
