import { expect, test } from 'vitest'
import type { VerdictKind } from './verdict.js'
import { labelOf, type StandingVerdict } from './standing-verdicts.js'

const said = (...kinds: readonly VerdictKind[]): StandingVerdict[] => kinds.map((verdict, i) => ({ reportId: `r${i}`, reporterId: `a${i}`, verdict, at: i }))

test('a label is what most analysts say, and nothing where they do not agree', () => {
  expect(labelOf(said())).toBeNull()
  expect(labelOf(said('benign'))).toBe('benign')
  expect(labelOf(said('false_positive', 'true_positive', 'false_positive'))).toBe('false_positive')
  expect(labelOf(said('false_positive', 'true_positive'))).toBeNull()
  expect(labelOf(said('true_positive', 'false_positive', 'benign', 'benign'))).toBe('benign')
})

test('a duplicate says nothing of the truth', () => {
  expect(labelOf(said('duplicate', 'duplicate'))).toBeNull()
  expect(labelOf(said('duplicate', 'duplicate', 'true_positive'))).toBe('true_positive')
})
