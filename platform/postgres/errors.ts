/** Why the embedded PostgreSQL cannot run, each with what to do about it. */

export type EmbeddedPostgresErrorCode = 'NO_BINARIES' | 'NO_PLACE' | 'IN_USE' | 'OTHER_VERSION' | 'INITDB_FAILED' | 'START_FAILED'

export class EmbeddedPostgresError extends Error {
  constructor(readonly code: EmbeddedPostgresErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'EmbeddedPostgresError'
  }
}
