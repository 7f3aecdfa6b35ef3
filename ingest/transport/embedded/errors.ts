/** What can go wrong with embedded topics: each error has a code, names the field and says what to do. */
export type EmbeddedTransportFault =
  | 'OPEN_FAILED' | 'LAYOUT_MISMATCH' | 'UNKNOWN_TOPIC' | 'BAD_PARTITION' | 'BAD_RECORD' | 'RECORD_TOO_LARGE' | 'BAD_OPTION' | 'CORRUPT_RECORD' | 'CLOSED'

export class EmbeddedTransportError extends Error {
  constructor(readonly code: EmbeddedTransportFault, readonly field: string, reason: string, options?: ErrorOptions) {
    super(`embedded transport: ${field}: ${reason}`, options)
    this.name = 'EmbeddedTransportError'
  }
}
