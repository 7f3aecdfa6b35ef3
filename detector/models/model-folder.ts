/**
 * A model folder: `card.json` and `card.md`, the model as text, its ONNX twin, its table of
 * margins for p-values, `signature.json`. Reading one parses
 * numbers; nothing in it is ever unpickled or run. Invariant: what is returned was signed, all of it, by the publisher named.
 */
import { closeSync, fstatSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { VerifySignature } from '../../domain/crypto.js'
import { FLOW_FEATURE_NAMES, FLOW_FEATURES_SHA256 } from '../../domain/models/flow-features.js'
import { readIsolationForest } from '../../domain/models/isolation-forest.js'
import { readLightGbm } from '../../domain/models/lightgbm.js'
import { MAX_MODEL_BYTES, type TreeModel } from '../../domain/models/tree-model.js'
import { readCard, type ModelCard } from './card.js'
import { readConformal, type ConformalTable } from './conformal.js'
import { ModelFolderError } from './errors.js'
import { checkSignature, readSignature, SIGNATURE_FILE, type ModelFiles } from './signature.js'

const MAX_FILES = 16

export type LoadedModel = {
  readonly folder: string
  readonly card: ModelCard
  readonly model: TreeModel
  /** SHA-256 of the model's text: what names it on the chain. */
  readonly modelHash: string
  /** Public key of the signer, lowercase hex. */
  readonly publisher: string
  /** Undefined: there are no p-values. */
  readonly conformal: ConformalTable | undefined
  /** Path of the ONNX twin, where there is one. */
  readonly onnx: string | undefined
}

/** @param publisher the only signer to accept; anyone who signed when left out */
export function openModelFolder(folder: string, verify: VerifySignature, publisher?: string): LoadedModel {
  const { files, signature: signatureBytes } = readModelFiles(folder)
  if (signatureBytes === undefined) throw new ModelFolderError('MISSING_FILE', folder, SIGNATURE_FILE, 'is missing; sign the folder with `cybermesh models sign`')
  const signature = readSignature(folder, signatureBytes)
  checkSignature(folder, files, signature, verify)
  if (publisher !== undefined && signature.publisher !== publisher) {
    throw new ModelFolderError('OTHER_PUBLISHER', folder, SIGNATURE_FILE, `was signed by ${signature.publisher}, not by ${publisher}; trust that publisher by name, or get the folder again`)
  }
  const card = readCard(folder, fileOf(folder, files, 'card.json'))
  const model = parseModel(folder, card, fileOf(folder, files, card.model.file))
  if (card.onnx !== undefined) fileOf(folder, files, card.onnx)
  return {
    folder, card, model, publisher: signature.publisher,
    conformal: card.conformal === undefined ? undefined : readConformal(folder, card.conformal, fileOf(folder, files, card.conformal)),
    modelHash: signature.files[card.model.file] as string,
    onnx: card.onnx === undefined ? undefined : join(folder, card.onnx),
  }
}

function parseModel(folder: string, card: ModelCard, bytes: Uint8Array): TreeModel {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const model = card.model.kind === 'lightgbm' ? readLightGbm(text) : readIsolationForest(text)
  const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, at) => name === b[at])
  if (card.features.sha256 !== FLOW_FEATURES_SHA256 || !same(card.features.names, FLOW_FEATURE_NAMES) || !same(model.features, FLOW_FEATURE_NAMES)) {
    throw new ModelFolderError('OTHER_FEATURES', folder, 'features', `are not those of this program (schema ${FLOW_FEATURES_SHA256.slice(0, 16)}); train the model on them`)
  }
  return model
}

/** All files of a folder, each within its limit, whether signed or not. */
export function readModelFiles(folder: string): { readonly files: ModelFiles; readonly signature: Uint8Array | undefined } {
  let names: readonly string[]
  try {
    names = readdirSync(folder).sort()
  } catch (cause) {
    throw new ModelFolderError('NO_FOLDER', folder, 'folder', 'cannot be read; name a folder with a card.json', { cause })
  }
  if (names.length > MAX_FILES) throw new ModelFolderError('NO_FOLDER', folder, 'folder', `holds ${names.length} files, more than ${MAX_FILES}; keep a model in a folder of its own`)
  const files = new Map(names.map((name) => [name, readBounded(folder, name)]))
  const signature = files.get(SIGNATURE_FILE)
  files.delete(SIGNATURE_FILE)
  return { files, signature }
}

function readBounded(folder: string, name: string): Uint8Array {
  const file = openSync(join(folder, name), 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new ModelFolderError('NO_FOLDER', folder, name, 'is not a file; keep a model in a folder of its own')
    if (stat.size > MAX_MODEL_BYTES) throw new ModelFolderError('FILE_TOO_LARGE', folder, name, `has ${stat.size} bytes, more than ${MAX_MODEL_BYTES}`)
    return new Uint8Array(readFileSync(file))
  } finally {
    closeSync(file)
  }
}

function fileOf(folder: string, files: ModelFiles, name: string): Uint8Array {
  const bytes = files.get(name)
  if (bytes === undefined) throw new ModelFolderError('MISSING_FILE', folder, name, 'is missing; get the folder again')
  return bytes
}
