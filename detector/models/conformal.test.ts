import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mulberry } from '../../platform/testing/mulberry.js'
import { pValuesOf, readConformal, tieOf, type ConformalTable } from './conformal.js'
import { readGolden } from '../../domain/models/testing/golden.js'
import { ModelFolderError } from './errors.js'
import { openShipped, SHIPPED_MODELS } from './shipped.js'

const boosted = { link: { kind: 'sigmoid', slope: 1 } } as const
const forest = { link: { kind: 'isolation', normaliser: 2 } } as const
const table: ConformalTable = { benign: [-3, -2, -1, 0], attack: [0, 1, 2, 3] }
const rising = (draw: () => number, count: number): number[] => Array.from({ length: count }, () => Math.round(draw() * 50)).sort((a, b) => a - b)

describe('p-values', () => {
  test('count how many flows of a class are stranger, and where a tie stands', () => {
    expect(pValuesOf(table, boosted, -2, 0.5)).toEqual({ benign: (2 + 0.5 * 2) / 5, attack: 0.5 / 5 })
    expect(pValuesOf(table, boosted, 9, 0.5)).toEqual({ benign: 0.5 / 5, attack: (4 + 0.5) / 5 })
    // Low margins of a forest are the strange ones among benign flows.
    expect(pValuesOf(table, forest, -2, 0.5)).toEqual({ benign: (1 + 0.5 * 2) / 5, attack: (4 + 0.5) / 5 })
  })

  test('of flows like those of the table are at most p for a share of p, with ties and all', () => {
    const draw = mulberry(5)
    const [levels, rounds, perRound] = [[0.05, 0.1, 0.3, 0.7], 60, 200]
    const hits = levels.map(() => 0)
    for (let round = 0; round < rounds; round++) {
      const benign = rising(draw, 99)
      for (let i = 0; i < perRound; i++) {
        const { benign: p } = pValuesOf({ benign, attack: [0] }, boosted, Math.round(draw() * 50), draw())
        levels.forEach((level, at) => { if (p <= level) hits[at] = (hits[at] as number) + 1 })
      }
    }
    levels.forEach((level, at) => { expect(Math.abs((hits[at] as number) / (rounds * perRound) - level)).toBeLessThan(0.02) })
  })

  test('lie within 0 and 1, and fall with strangeness', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: -25, max: 25 }), fc.integer({ min: -25, max: 25 }), fc.double({ min: 0, max: 1, noNaN: true }), (list, a, b, tie) => {
      const sorted = [...list].sort((x, y) => x - y)
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((margin) => pValuesOf({ benign: sorted, attack: sorted }, boosted, margin, tie)) as [ReturnType<typeof pValuesOf>, ReturnType<typeof pValuesOf>]
      for (const { benign, attack } of [low, high]) for (const p of [benign, attack]) expect(p >= 0 && p <= 1).toBe(true)
      expect(low.benign).toBeGreaterThanOrEqual(high.benign)
      expect(low.attack).toBeLessThanOrEqual(high.attack)
    }))
  })

  test('break ties by the vector and the model alone, as evenly as by lot', () => {
    const hash = 'ab'.repeat(32)
    const ties = Array.from({ length: 2000 }, (_, i) => tieOf(hash, Float64Array.of(i, 1 / (i + 1))))
    expect(ties[7]).toBe(tieOf(hash, Float64Array.of(7, 1 / 8)))
    expect(tieOf('cd'.repeat(32), Float64Array.of(7, 1 / 8))).not.toBe(ties[7])
    expect(Math.abs(ties.filter((tie) => tie < 0.25).length / 2000 - 0.25)).toBeLessThan(0.04)
    expect(ties.every((tie) => tie >= 0 && tie < 1)).toBe(true)
  })
})

describe('a table of margins', () => {
  const read = (json: unknown): ConformalTable => readConformal('folder', 'conformal.json', new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json)))
  const good = { format: 'cybermesh-conformal/1', classes: table }

  test('is read as it was written', () => { expect(read(good)).toEqual(table) })
  test.each([
    ['text', 'not json', 'conformal.json'], ['another format', { ...good, format: 'x' }, 'format'], ['no attacks', { ...good, classes: { benign: [1] } }, 'classes.attack'],
    ['an empty class', { ...good, classes: { ...table, attack: [] } }, 'classes.attack'], ['falling margins', { ...good, classes: { ...table, benign: [1, 0] } }, 'classes.benign'],
    ['no number', { ...good, classes: { ...table, benign: [null] } }, 'classes.benign'], ['something more', { ...good, seen: 1 }, 'conformal.json'],
  ])('that is %s is refused by its place', (_, json, where) => {
    expect(() => read(json)).toThrow(ModelFolderError)
    expect(() => read(json)).toThrow(where)
  })
})

describe('the models that ship', () => {
  test.each(SHIPPED_MODELS)('%s has a table, and its golden vectors have p-values by it', (name) => {
    const { conformal, model, modelHash } = openShipped(name)
    if (conformal === undefined) throw new Error('no table')
    expect(Math.min(conformal.benign.length, conformal.attack.length)).toBeGreaterThan(500)
    for (const { vector, margin } of readGolden(new URL(`testing/${name}.golden`, import.meta.url), model.features.length).slice(0, 100)) {
      const { benign, attack } = pValuesOf(conformal, model, margin, tieOf(modelHash, vector))
      expect(benign > 0 && benign <= 1 && attack > 0 && attack <= 1).toBe(true)
    }
  })
})
