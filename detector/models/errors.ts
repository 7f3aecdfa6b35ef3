/** Why a model folder cannot be used: one class, one code a cause, one sentence that says what to do. */

export type ModelFolderErrorCode =
  | 'NO_FOLDER'
  | 'MISSING_FILE'
  | 'FILE_TOO_LARGE'
  | 'BAD_CARD'
  | 'BAD_SIGNATURE_FILE'
  /** A file is not the one that was signed. */
  | 'HASH_MISMATCH'
  /** A file lies there that nobody signed. */
  | 'UNSIGNED_FILE'
  | 'INVALID_SIGNATURE'
  | 'OTHER_PUBLISHER'
  /** Trained on other features than this program computes. */
  | 'OTHER_FEATURES'
  | 'UNKNOWN_MODEL'

export class ModelFolderError extends Error {
  /** @param field file, or member of the card */
  constructor(readonly code: ModelFolderErrorCode, readonly folder: string, readonly field: string, sentence: string, options?: ErrorOptions) {
    super(`${folder}: ${field}: ${sentence}`, options)
    this.name = 'ModelFolderError'
  }
}
