/** The model whose scores a detector's anomalies carry, from its file. */
import { createScoreBook, type ScoreBook } from '../../detector/incidents/score-book.js'
import { flowVectorOf } from '../../detector/engines/models/flow-vector.js'
import { readModelFile } from '../policy/model-card.js'

/** Throws UserError for a file that is no model of flow features. */
export function openScoreBook(file: string): ScoreBook {
  const { model, featureSchema } = readModelFile(file)
  return createScoreBook({ model, featureSchema, vectorOf: flowVectorOf, isLowWorse: model.kind === 'isolation-forest' })
}
