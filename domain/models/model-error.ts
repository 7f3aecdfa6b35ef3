/** Why bytes are not a model that we evaluate: one class, one code a cause, one sentence that says what to do. */

export type ModelErrorCode =
  | 'TOO_LARGE'
  | 'NOT_A_MODEL'
  | 'MISSING_FIELD'
  | 'BAD_NUMBER'
  | 'BAD_TREE'
  /** A model of its kind that the engine does not evaluate, since it could not do so exactly. */
  | 'UNSUPPORTED'

export class ModelFormatError extends Error {
  /** @param where line of a text ("line 12, split_feature"), path of a JSON value ("trees[3].left") */
  constructor(readonly code: ModelErrorCode, readonly where: string, sentence: string) {
    super(`${where}: ${sentence}`)
    this.name = 'ModelFormatError'
  }
}
