/** What a policy says of a model file, worked out from the file. Metrics are for whoever measured them to add. */
import { readFileSync } from 'node:fs'
import { ModelFormatError } from '../../domain/models/model-error.js'
import { featureSchemaOf } from '../../domain/scoring/consistent-vector.js'
import { readModel, type ReadModel } from '../../domain/scoring/read-model.js'
import { UserError } from '../shared/user-error.js'

export type ModelCard = Pick<ReadModel, 'modelHash' | 'kind' | 'goldenResult'> & { readonly featureSchema: string }

export function readCard(file: string): ModelCard {
  const { model: { modelHash, kind, goldenResult }, featureSchema } = readModelFile(file)
  return { modelHash, kind, featureSchema, goldenResult }
}

/** A model of the features that this program computes. Throws UserError. */
export function readModelFile(file: string): { readonly model: ReadModel; readonly featureSchema: string } {
  const model = readFile(file)
  const featureSchema = featureSchemaOf(model.features)
  if (featureSchema === undefined) throw new UserError('UNKNOWN_FEATURES', `${file} was trained on other features than this program computes (${model.features.slice(0, 3).join(', ')}, ...); train it on flow-features/1`)
  return { model, featureSchema }
}

function readFile(file: string): ReadModel {
  try {
    return readModel(readFileSync(file))
  } catch (error) {
    if (error instanceof ModelFormatError) throw new UserError('NO_MODEL', `${file} is no model that scores can be checked with: ${error.message}`)
    throw new UserError('UNREADABLE', `the model ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check the path`)
  }
}
