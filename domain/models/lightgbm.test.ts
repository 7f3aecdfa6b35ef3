import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readLightGbm } from './lightgbm.js'
import { ModelFormatError, type ModelErrorCode } from './model-error.js'
import { rawMargin } from './raw-margin.js'
import { readGolden } from './testing/golden.js'
import { MISSING_IS_NAN, MISSING_IS_ZERO } from './tree-model.js'

const file = (name: string): URL => new URL(`testing/${name}`, import.meta.url)
const text = readFileSync(file('missing-nan.txt'), 'utf8')

describe('LightGBM models', () => {
  it.each([['none', 0], ['nan', MISSING_IS_NAN], ['zero', MISSING_IS_ZERO]] as const)(
    'with missing values of kind %s give LightGBM\'s own margins bit for bit, on thresholds and beside them', (kind, bit) => {
      const model = readLightGbm(readFileSync(file(`missing-${kind}.txt`), 'utf8'))
      const rows = readGolden(file(`missing-${kind}.golden`), model.features.length)
      expect(rows).toHaveLength(700)
      if (bit !== 0) expect(model.missing.some((bits) => (bits & bit) !== 0)).toBe(true)
      const wrong = rows.filter(({ vector, margin }) => !Object.is(rawMargin(model, vector), margin))
      expect(wrong).toEqual([])
    })

  it('of one leaf a tree put out that leaf', () => {
    const model = readLightGbm('tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=0\n'
      + 'objective=binary sigmoid:1\nfeature_names=a\nfeature_infos=none\ntree_sizes=1\n\nTree=0\nnum_leaves=1\nnum_cat=0\n'
      + 'split_feature=\nleaf_value=-0.25\nis_linear=0\nshrinkage=1\n\n\nend of trees\n')
    expect(rawMargin(model, Float64Array.of(7))).toBe(-0.25)
  })

  it('split missing values from all others at an infinite threshold', () => {
    expect(readLightGbm(text).value).toContain(Infinity)
  })

  it('with Windows line ends read the same', () => {
    const vector = Float64Array.of(1, 2, 3e5, 0)
    expect(rawMargin(readLightGbm(text.replaceAll('\n', '\r\n')), vector)).toBe(rawMargin(readLightGbm(text), vector))
  })

  const refused: readonly [string, string, RegExp, ModelErrorCode, string][] = [
    ['categorical splits', 'decision_type=3', /^decision_type=\d+/m, 'UNSUPPORTED', 'line 18, decision_type'],
    ['a count of categories', 'num_cat=1', /^num_cat=0$/m, 'UNSUPPORTED', 'line 14, num_cat'],
    ['linear trees', 'is_linear=1', /^is_linear=0$/m, 'UNSUPPORTED', 'line 27, is_linear'],
    ['several classes', 'num_class=3', /^num_class=1$/m, 'UNSUPPORTED', 'line 3, num_class'],
    ['several trees an iteration', 'num_tree_per_iteration=3', /^num_tree_per_iteration=1$/m, 'UNSUPPORTED', 'line 4, num_tree_per_iteration'],
    ['other objectives', 'objective=regression', /^objective=.*$/m, 'UNSUPPORTED', 'line 7, objective'],
    ['averaged outputs', 'average_output\nTree=0', /^Tree=0$/m, 'UNSUPPORTED', 'line 12'],
    ['versions it does not know', 'version=v9', /^version=v4$/m, 'UNSUPPORTED', 'line 2, version'],
    ['a field that stands twice', 'num_class=1\nnum_class=1', /^num_class=1$/m, 'NOT_A_MODEL', 'line 4, num_class'],
    ['a number that is none', 'threshold=0x10', /^threshold=\S+/m, 'BAD_NUMBER', 'line 17, threshold'],
    ['an infinite threshold', 'threshold=1e999', /^threshold=\S+/m, 'BAD_NUMBER', 'line 17, threshold'],
    ['too few values', 'leaf_value=1', /^leaf_value=.*$/m, 'BAD_TREE', 'line 21, leaf_value'],
    ['a child that points back to the root', 'left_child=0', /^left_child=\S+/m, 'BAD_TREE', 'line 12'],
    ['a leaf with two parents', 'left_child=-1 -1 -1', /^left_child=\S+ \S+ \S+/m, 'BAD_TREE', 'line 12'],
    ['a feature beyond the last', 'split_feature=4', /^split_feature=\d+/m, 'BAD_TREE', 'line 12'],
    ['names that are not counted right', 'feature_names=a b c', /^feature_names=.*$/m, 'NOT_A_MODEL', 'line 6, max_feature_idx'],
    ['a tree out of turn', 'Tree=7', /^Tree=1$/m, 'NOT_A_MODEL', 'line 31, Tree'],
    ['another kind of file', 'hello', /^tree$/m, 'NOT_A_MODEL', 'line 1'],
    ['a missing objective', 'other=1', /^objective=.*$/m, 'MISSING_FIELD', 'line 1'],
  ]
  it.each(refused)('refuse %s and name the line', (_, replacement, pattern, code, where) => {
    expect(text).toMatch(pattern)
    const changed = text.replace(pattern, replacement)
    expect(errorOf(() => readLightGbm(changed))).toMatchObject({ code, where })
  })

  it('cut anywhere are refused, never half read', () => {
    const end = text.indexOf('end of trees')
    for (let length = 0; length < end; length += 97) expect(errorOf(() => readLightGbm(text.slice(0, length)))).toBeInstanceOf(ModelFormatError)
  })

  it('larger than the limit are refused before they are read', () => {
    expect(errorOf(() => readLightGbm(`tree\n${' '.repeat(33 * 1024 * 1024)}`))).toMatchObject({ code: 'TOO_LARGE' })
  })
})

function errorOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was refused')
}
