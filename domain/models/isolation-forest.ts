/**
 * Reads our text form of an isolation forest (Liu, Ting, Zhou, ICDM 2008): JSON, one object of arrays a tree. A leaf's
 * value is its depth plus c(rows), the mean path length of an unfinished subtree, so a margin is the sum of path lengths
 * over the trees: the shorter, the more isolated. No logarithm is left for whoever evaluates it.
 */
import { modelOf, type Tree } from './build-model.js'
import { ModelFormatError } from './model-error.js'
import { LEAF, MAX_FEATURES, MAX_MODEL_BYTES, MAX_NODES, MAX_TREES, type TreeModel } from './tree-model.js'

export const FOREST_FORMAT = 'cybermesh-isolation-forest/1'

/**
 * `{"format", "features", "normaliser", "trees": [{"feature", "value", "left", "right", "rows"}, ...]}`: an array
 * element a node, feature -1 and children 0 for leaves, children behind their parents.
 */
export function readIsolationForest(text: string): TreeModel {
  if (text.length > MAX_MODEL_BYTES) throw new ModelFormatError('TOO_LARGE', 'model', `is larger than ${MAX_MODEL_BYTES} bytes; train fewer or smaller trees`)
  const json = parsed(text)
  if (json['format'] !== FOREST_FORMAT) throw new ModelFormatError('NOT_A_MODEL', 'format', `is not "${FOREST_FORMAT}"; give a forest that the training wrote`)
  const features = listOf(json, 'features', MAX_FEATURES)
  if (!features.every((name): name is string => typeof name === 'string' && name !== '') || new Set(features).size !== features.length) {
    throw new ModelFormatError('NOT_A_MODEL', 'features', 'has an empty name or one twice; name each feature once')
  }
  const normaliser = json['normaliser']
  if (typeof normaliser !== 'number' || !Number.isFinite(normaliser) || normaliser <= 0) throw new ModelFormatError('BAD_NUMBER', 'normaliser', 'is not a number above 0')
  const trees = listOf(json, 'trees', MAX_TREES).map((tree, at) => treeOf(tree, `trees[${at}]`))
  return modelOf(features, { kind: 'isolation', normaliser }, trees, (tree) => `trees[${tree}]`)
}

function treeOf(json: unknown, where: string): Tree {
  if (!isObject(json)) throw new ModelFormatError('BAD_TREE', where, 'is not an object')
  const column = (key: string): readonly number[] => {
    const values = listOf(json, key, MAX_NODES, `${where}.`)
    if (!values.every((value): value is number => typeof value === 'number')) throw new ModelFormatError('BAD_NUMBER', `${where}.${key}`, 'holds something else than numbers')
    return values
  }
  const feature = column('feature')
  const tree: Tree = {
    feature, value: column('value'), left: column('left'), right: column('right'), rows: column('rows'),
    missing: feature.map(() => 0),
  }
  for (const [key, values] of Object.entries(tree)) {
    if (values.length !== feature.length) throw new ModelFormatError('BAD_TREE', `${where}.${key}`, `has ${values.length} values where ${feature.length} belong`)
  }
  feature.forEach((index, node) => {
    if (index === LEAF && (tree.left[node] !== 0 || tree.right[node] !== 0)) throw new ModelFormatError('BAD_TREE', `${where}.left`, `leaf ${node} has children; write 0`)
  })
  return tree
}

function parsed(text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new ModelFormatError('NOT_A_MODEL', 'model', 'is not JSON; give a forest that the training wrote')
  }
  if (!isObject(json)) throw new ModelFormatError('NOT_A_MODEL', 'model', 'is not a JSON object')
  return json
}

function listOf(json: Record<string, unknown>, key: string, limit: number, path = ''): readonly unknown[] {
  const list = json[key]
  if (list === undefined) throw new ModelFormatError('MISSING_FIELD', `${path}${key}`, 'is missing; write the model anew')
  if (!Array.isArray(list)) throw new ModelFormatError('NOT_A_MODEL', `${path}${key}`, 'is not a list')
  if (list.length > limit) throw new ModelFormatError('TOO_LARGE', `${path}${key}`, `has ${list.length} elements; at most ${limit} are read`)
  return list
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
