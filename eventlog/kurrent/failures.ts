/** What an error of the client means for us: try again, or say it in a sentence. */
import { ErrorType, isCommandError, type CommandError } from '@eventstore/db-client'
import { EventLogError } from '../errors.js'
import { EventFormatError } from '../../domain/events/codec.js'

export type Failure =
  /** The connection's; what was asked may have been carried out all the same. */
  | { readonly kind: 'connection'; readonly error: EventLogError }
  | { readonly kind: 'final'; readonly error: Error }

export function failureOf(error: unknown, host: string): Failure {
  if (error instanceof EventLogError || error instanceof EventFormatError || isWrongRevision(error) || isNoStream(error)) return { kind: 'final', error: error as Error }
  const final = (code: 'TOO_LARGE' | 'ACCESS_DENIED' | 'DELETED', sentence: string): Failure => ({ kind: 'final', error: new EventLogError(code, 'eventlog', sentence) })
  const command = commandErrorOf(error)
  if (command !== undefined) {
    switch (command.type) {
      case ErrorType.ACCESS_DENIED:
        return final('ACCESS_DENIED', `the event log at ${host} refuses us; put a user and password that may read and write into its address`)
      case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
        return final('TOO_LARGE', `the event log at ${host} refuses appends of this size; start the server with --max-append-size 16777216`)
      case ErrorType.STREAM_DELETED:
      case ErrorType.STREAM_TOMBSTONED:
        return final('DELETED', `a stream of the event log at ${host} was deleted; restore the server from a backup`)
      default:
    }
  }
  const reason = error instanceof Error && error.message !== '' ? error.message : String((error as { type?: unknown }).type ?? error)
  return { kind: 'connection', error: new EventLogError('UNREACHABLE', 'eventlog', `the event log at ${host} cannot be reached (${reason}); start the server, or correct EVENTLOG_URL or --eventlog`) }
}

const commandErrorOf = (error: unknown): CommandError | undefined => (error instanceof Error && isCommandError(error) ? error : undefined)

export const isWrongRevision = (error: unknown): boolean => commandErrorOf(error)?.type === ErrorType.WRONG_EXPECTED_VERSION
export const isNoStream = (error: unknown): boolean => {
  const type = commandErrorOf(error)?.type
  return type === ErrorType.STREAM_NOT_FOUND || type === ErrorType.NO_STREAM
}
