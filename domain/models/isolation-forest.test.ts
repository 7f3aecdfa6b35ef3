import { describe, expect, it } from 'vitest'
import { FOREST_FORMAT, readIsolationForest } from './isolation-forest.js'
import { ModelFormatError } from './model-error.js'
import { rawMargin } from './raw-margin.js'
import { crosses } from './tree-model.js'

const tree = { feature: [0, -1, 1, -1, -1], value: [0.5, 1, 2, 3.25, 2], left: [1, 0, 3, 0, 0], right: [2, 0, 4, 0, 0], rows: [8, 1, 7, 5, 2] }
const forest = { format: FOREST_FORMAT, features: ['x', 'y'], normaliser: 2.5, trees: [tree, { feature: [-1], value: [0.125], left: [0], right: [0], rows: [8] }] }
const read = (changes: Record<string, unknown> = {}) => readIsolationForest(JSON.stringify({ ...forest, ...changes }))

describe('isolation forests', () => {
  it('sum path lengths in the order of the trees, a value on the threshold going left', () => {
    const model = read()
    expect(rawMargin(model, Float64Array.of(0.5, 9))).toBe(1.125)
    expect(rawMargin(model, Float64Array.of(0.5000000000000001, 2))).toBe(3.375)
    expect(rawMargin(model, Float64Array.of(1, 2.0000000000000004))).toBe(2.125)
  })

  it('find short paths suspicious, where boosted trees find high margins so', () => {
    expect(crosses(read(), 1.125, 2)).toBe(true)
    expect(crosses(read(), 3.375, 2)).toBe(false)
    expect(crosses({ ...read(), link: { kind: 'sigmoid', slope: 1 } }, 1.125, 2)).toBe(false)
    expect(crosses({ ...read(), link: { kind: 'sigmoid', slope: 1 } }, 3.375, 2)).toBe(true)
  })

  it('take a vector of their own length only', () => {
    expect(() => rawMargin(read(), Float64Array.of(1))).toThrow('the vector has 1 values, the model wants 2')
  })

  it.each([
    ['another format', { format: 'forest/2' }, 'NOT_A_MODEL', 'format'],
    ['a feature named twice', { features: ['x', 'x'] }, 'NOT_A_MODEL', 'features'],
    ['a normaliser of 0', { normaliser: 0 }, 'BAD_NUMBER', 'normaliser'],
    ['no trees', { trees: [] }, 'NOT_A_MODEL', 'model'],
    ['too many trees', { trees: Array.from({ length: 2001 }, () => tree) }, 'TOO_LARGE', 'trees'],
    ['a missing column', { trees: [{ ...tree, rows: undefined }] }, 'MISSING_FIELD', 'trees[0].rows'],
    ['columns of two lengths', { trees: [{ ...tree, value: [1] }] }, 'BAD_TREE', 'trees[0].value'],
    ['text among numbers', { trees: [{ ...tree, value: [0.5, '1', 2, 3, 2] }] }, 'BAD_NUMBER', 'trees[0].value'],
    ['a loop', { trees: [{ ...tree, left: [1, 0, 0, 0, 0] }] }, 'BAD_TREE', 'trees[0]'],
    ['a root that is its own child', { trees: [{ feature: [0, -1], value: [1, 1], left: [0, 0], right: [1, 0], rows: [2, 1] }] }, 'BAD_TREE', 'trees[0]'],
    ['a loop beside the tree', { trees: [{ feature: [0, -1, -1, 0, 0, -1, -1], value: [1, 1, 1, 1, 1, 1, 1], left: [1, 0, 0, 4, 3, 0, 0], right: [2, 0, 0, 5, 6, 0, 0], rows: [2, 1, 1, 1, 1, 1, 1] }] }, 'BAD_TREE', 'trees[0]'],
    ['a node nobody reaches', { trees: [{ feature: [-1, -1], value: [1, 1], left: [0, 0], right: [0, 0], rows: [1, 1] }] }, 'BAD_TREE', 'trees[0]'],
    ['a leaf with children', { trees: [{ ...tree, left: [1, 2, 3, 0, 0] }] }, 'BAD_TREE', 'trees[0].left'],
    ['a fraction of a child', { trees: [{ ...tree, left: [1.5, 0, 3, 0, 0] }] }, 'BAD_TREE', 'trees[0]'],
    ['a node without rows', { trees: [{ ...tree, rows: [8, 0, 7, 5, 2] }] }, 'BAD_TREE', 'trees[0]'],
  ])('refuse %s and name the place', (_, changes, code, where) => {
    expect(() => read(changes)).toThrow(ModelFormatError)
    expect(() => read(changes)).toThrow(expect.objectContaining({ code, where }))
  })

  it.each(['', 'null', '[]', '{', 'cos\nsystem\n'])('refuse %j', (text) => {
    expect(() => readIsolationForest(text)).toThrow(expect.objectContaining({ code: 'NOT_A_MODEL' }))
  })
})
