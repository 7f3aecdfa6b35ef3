/**
 * Reads LightGBM's text format (`Booster.save_model`, version v4; v3 is written alike) of a binary classifier with
 * numeric splits. What could not be evaluated exactly is refused with its line: categorical and linear trees, several
 * classes, other objectives, averaged outputs.
 */
import { modelOf, type Tree } from './build-model.js'
import { ModelFormatError } from './model-error.js'
import { LEAF, MAX_FEATURES, MAX_MODEL_BYTES, MAX_NODES, MAX_TREES, MISSING_GOES_LEFT, MISSING_IS_NAN, MISSING_IS_ZERO, TINY_IS_ZERO, type TreeModel } from './tree-model.js'

/** Key to text and line of one block: the header, or a tree. */
type Block = { readonly line: number; readonly fields: Map<string, { readonly text: string; readonly line: number }> }

export function readLightGbm(text: string): TreeModel {
  if (text.length > MAX_MODEL_BYTES) throw new ModelFormatError('TOO_LARGE', 'model', `is larger than ${MAX_MODEL_BYTES} bytes; train fewer or smaller trees`)
  const [header, ...trees] = blocksOf(text)
  if (header === undefined) throw new ModelFormatError('NOT_A_MODEL', 'line 1', 'is not "tree"; give a file that LightGBM saved as text')
  const { features, slope } = readHeader(header)
  const read = trees.map((block, at) => readTree(block, at))
  return modelOf(features, { kind: 'sigmoid', slope }, read, (tree) => `line ${trees[tree]?.line ?? 1}`)
}

/** Up to "end of trees"; what follows (importances, training parameters) says nothing about the output. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let lineNumber = 0
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, end).replace(/\r$/, '')
    start = end + 1
    lineNumber += 1
    if (lineNumber === 1) {
      if (line !== 'tree') return []
      blocks.push({ line: 1, fields: new Map() })
      continue
    }
    if (line === 'end of trees') return blocks
    if (line === '') continue
    const equals = line.indexOf('=')
    if (equals === -1) throw new ModelFormatError('UNSUPPORTED', `line ${lineNumber}`, `"${shortened(line)}" is not a field; averaged outputs (random forests) are not evaluated`)
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)]
    if (key === 'Tree') {
      if (blocks.length > MAX_TREES) throw new ModelFormatError('TOO_LARGE', `line ${lineNumber}`, `is tree ${value}; at most ${MAX_TREES} are read`)
      blocks.push({ line: lineNumber, fields: new Map() })
    }
    const { fields } = blocks.at(-1) as Block
    if (fields.has(key)) throw new ModelFormatError('NOT_A_MODEL', `line ${lineNumber}, ${shortened(key)}`, 'stands twice in its block; write the model anew')
    fields.set(key, { text: value, line: lineNumber })
  }
  throw new ModelFormatError('NOT_A_MODEL', `line ${lineNumber}`, 'ends before "end of trees"; the file was cut')
}

function readHeader(block: Block): { features: readonly string[]; slope: number } {
  const version = textOf(block, 'version')
  if (version !== 'v4' && version !== 'v3') throw refusal(block, 'version', `"${shortened(version)}" is not v3 or v4; save the model with LightGBM 3 or 4`)
  if (textOf(block, 'num_class') !== '1') throw refusal(block, 'num_class', 'several classes are not evaluated; train one binary model a class')
  if (textOf(block, 'num_tree_per_iteration') !== '1') throw refusal(block, 'num_tree_per_iteration', 'several trees an iteration are not evaluated; train a binary model')
  const objective = /^binary sigmoid:(\S+)$/.exec(textOf(block, 'objective'))
  const slope = objective === null ? NaN : numberOf(objective[1] as string)
  if (!(slope > 0)) throw refusal(block, 'objective', 'is not "binary sigmoid:..."; train with objective=binary')
  const features = textOf(block, 'feature_names').split(' ')
  if (features.length > MAX_FEATURES) throw new ModelFormatError('TOO_LARGE', whereOf(block, 'feature_names'), `names ${features.length} features; at most ${MAX_FEATURES} are read`)
  if (features.some((name) => name === '') || new Set(features).size !== features.length) throw refusal(block, 'feature_names', 'has an empty name or one twice; name each feature once')
  if (textOf(block, 'max_feature_idx') !== String(features.length - 1)) throw refusal(block, 'max_feature_idx', 'does not count feature_names; write the model anew', 'NOT_A_MODEL')
  return { features, slope }
}

function readTree(block: Block, at: number): Tree {
  if (textOf(block, 'Tree') !== String(at)) throw refusal(block, 'Tree', `should be tree ${at}; write the model anew`, 'NOT_A_MODEL')
  const leaves = numberOf(textOf(block, 'num_leaves'))
  if (!Number.isInteger(leaves) || leaves < 1 || leaves > MAX_NODES) throw refusal(block, 'num_leaves', 'is not a number of leaves', 'BAD_NUMBER')
  if (textOf(block, 'num_cat') !== '0') throw refusal(block, 'num_cat', 'categorical splits are not evaluated; train on numbers')
  if ((block.fields.get('is_linear')?.text ?? '0') !== '0') throw refusal(block, 'is_linear', 'linear trees are not evaluated; train with linear_tree=false')
  const outputs = numbersOf(block, 'leaf_value', leaves)
  // A tree that never split: LightGBM writes neither splits nor counts for it.
  if (leaves === 1) return { feature: [LEAF], value: outputs, left: [0], right: [0], missing: [0], rows: [1] }
  const splits = leaves - 1
  const integers = (key: string): readonly number[] => numbersOf(block, key, splits)
  // Splits first, then leaves; a child below zero is the complement of a leaf's number.
  const nodeOf = (child: number): number => (child < 0 ? splits - 1 - child : child)
  const ofLeaves = <T>(value: T): readonly T[] => Array.from({ length: leaves }, () => value)
  return {
    feature: [...integers('split_feature'), ...ofLeaves(LEAF)],
    value: [...numbersOf(block, 'threshold', splits, thresholdOf), ...outputs],
    left: [...integers('left_child').map(nodeOf), ...ofLeaves(0)],
    right: [...integers('right_child').map(nodeOf), ...ofLeaves(0)],
    missing: [...integers('decision_type').map((bits) => missingOf(block, bits)), ...ofLeaves(0)],
    rows: [...numbersOf(block, 'internal_count', splits), ...numbersOf(block, 'leaf_count', leaves)],
  }
}

/** Bits of decision_type: 0 categorical, 1 missing goes left, 2-3 what is missing (0 nothing, 1 zero, 2 NaN). */
function missingOf(block: Block, bits: number): number {
  const kind = bits >> 2
  if (!Number.isInteger(bits) || bits < 0 || kind > 2) throw refusal(block, 'decision_type', `${bits} is not known; save the model with LightGBM 3 or 4`)
  if ((bits & 1) === 1) throw refusal(block, 'decision_type', 'categorical splits are not evaluated; train on numbers')
  return TINY_IS_ZERO | ((bits & 2) === 2 ? MISSING_GOES_LEFT : 0) | (kind === 1 ? MISSING_IS_ZERO : 0) | (kind === 2 ? MISSING_IS_NAN : 0)
}

function textOf(block: Block, key: string): string {
  const field = block.fields.get(key)
  if (field === undefined) throw new ModelFormatError('MISSING_FIELD', `line ${block.line}`, `the block has no ${key}; write the model anew`)
  return field.text
}

function numbersOf(block: Block, key: string, count: number, read = numberOf): readonly number[] {
  const words = textOf(block, key).split(' ')
  if (words.length !== count) throw refusal(block, key, `has ${words.length} values where ${count} belong; write the model anew`, 'BAD_TREE')
  return words.map((word) => {
    const number = read(word)
    if (Number.isNaN(number)) throw refusal(block, key, `"${shortened(word)}" is not a number here; write the model anew`, 'BAD_NUMBER')
    return number
  })
}

/** Decimal as C writes it; NaN for anything else. Number() rounds to the nearest double, as LightGBM's reader does. */
function numberOf(word: string): number {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(word)) return NaN
  const number = Number(word)
  return Number.isFinite(number) ? number : NaN
}

/** LightGBM writes inf where a split only parts missing values from all others. */
const thresholdOf = (word: string): number => (word === 'inf' ? Infinity : numberOf(word))

const whereOf = (block: Block, key: string): string => `line ${block.fields.get(key)?.line ?? block.line}, ${key}`
const refusal = (block: Block, key: string, sentence: string, code: ModelFormatError['code'] = 'UNSUPPORTED'): ModelFormatError =>
  new ModelFormatError(code, whereOf(block, key), sentence)
const shortened = (text: string): string => text.slice(0, 40)
