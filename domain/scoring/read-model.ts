/** A model's file as what scores: the format is told from the first byte, the identity is the hash of all of them. */
import { sha256Hex } from '../hash.js'
import { contributionsOf, nodeMeans } from '../models/contributions.js'
import { readIsolationForest } from '../models/isolation-forest.js'
import { readLightGbm } from '../models/lightgbm.js'
import type { TreeModel } from '../models/tree-model.js'
import { goldenResultOf } from './golden.js'
import type { MODEL_KINDS } from './registry.js'
import type { ScoringModel } from './scoring-model.js'

export type ReadModel = ScoringModel & { readonly kind: (typeof MODEL_KINDS)[number] }

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const BRACE = '{'.charCodeAt(0)

/** Throws ModelFormatError where the bytes are no model that this engine evaluates exactly. */
export function readModel(bytes: Uint8Array): ReadModel {
  const text = decoder.decode(bytes)
  const kind = bytes[0] === BRACE ? 'isolation-forest' : 'lightgbm'
  const model = kind === 'lightgbm' ? readLightGbm(text) : readIsolationForest(text)
  const score = scorerOf(model)
  return { kind, modelHash: sha256Hex(bytes), features: model.features, goldenResult: goldenResultOf(model, score), score }
}

function scorerOf(model: TreeModel): ScoringModel['score'] {
  const means = nodeMeans(model)
  return (vector) => contributionsOf(model, means, vector)
}
