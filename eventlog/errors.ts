/** Why a log cannot be opened or written, each with what to do about it. */

export type EventLogErrorCode =
  | 'OTHER_FORMAT' | 'OTHER_CHAIN' | 'NOT_FOUND' | 'BAD_STREAM' | 'BAD_EVENT_ID' | 'TOO_LARGE' | 'CLOSED' | 'WRITER_ENDED'
  /** Of a log on a server. */
  | 'BAD_URL' | 'UNREACHABLE' | 'ACCESS_DENIED' | 'DELETED' | 'FOREIGN_EVENT' | 'GAP' | 'CONTENDED'

export class EventLogError extends Error {
  constructor(readonly code: EventLogErrorCode, readonly field: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'EventLogError'
  }
}
