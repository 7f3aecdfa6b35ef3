/** A subscription as server-sent events, as graphql-sse names them (distinct connections): next, then complete. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../access/roles.js'
import type { Documents } from '../documents.js'
import { runOperation, type QueryResult, masked } from '../run-operation.js'
import { findOperation } from '../served-by.js'
import { planSubscription, type SubscriptionDeps } from '../subscriptions/run-subscription.js'
import { idFrame, nextFrame, openEventStream, STREAM_LIMITS, type StreamLimits } from './event-stream.js'
import type { ParametersRead } from './parameters.js'
import { send } from './send.js'

export const MOST_STREAMS = 200

export type EventsDeps = SubscriptionDeps & { readonly documents: Documents; readonly limits?: StreamLimits }
export type EventsAsked = { readonly read: ParametersRead; readonly caller: Caller; readonly isWelcome: () => boolean }
export type EventsHandler = { answer(request: IncomingMessage, response: ServerResponse, asked: EventsAsked): Promise<void>; close(): void; readonly open: () => number }

export function createEventsHandler(deps: EventsDeps): EventsHandler {
  const streams = new Set<AbortController>()
  const refuse = (response: ServerResponse, status: number, errors: QueryResult['errors']): void => send(response, status, { errors })
  const sentence = (message: string, code: string, field?: string) => [{ message, extensions: { code, ...(field === undefined ? {} : { field }) } }]

  return {
    open: () => streams.size,
    close: () => streams.forEach((stream) => stream.abort()),
    async answer(request, response, { read, caller, isWelcome }) {
      if (!read.ok) return refuse(response, 400, sentence(`${read.field} ${read.sentence}`, read.code ?? 'BAD_REQUEST', read.field))
      const { query, operationName, variables } = read.parameters
      if (query === undefined) return refuse(response, 400, sentence('query is missing', 'BAD_REQUEST', 'query'))
      const prepared = deps.documents.prepare(query)
      if (!prepared.ok) return refuse(response, 400, masked(prepared.errors, deps.report, prepared.code))
      const operation = findOperation(prepared.document, operationName)
      const resumeAt = resumeOf(request)
      if (resumeAt === 'wrong') return refuse(response, 400, sentence('Last-Event-ID must be the id of an event of this subscription', 'BAD_USER_INPUT', 'Last-Event-ID'))
      if (streams.size >= MOST_STREAMS) return refuse(response, 503, sentence(`${MOST_STREAMS} subscriptions are open, more are not taken; try again later`, 'TOO_MANY_STREAMS'))
      const stop = new AbortController()
      streams.add(stop)
      try {
        if (operation?.operation !== 'subscription') {
          const result = await runOperation(deps.reader, { document: prepared.document, operationName, variables, caller }, deps.report)
          const stream = openEventStream(response, deps.limits ?? STREAM_LIMITS, isWelcome, stop)
          await stream.send(nextFrame(result))
          return stream.end()
        }
        const subscription = await planSubscription({ document: prepared.document, operation, variables, caller, resumeAt }, deps)
        if (!subscription.ok) return refuse(response, codeOf(subscription.errors) === 'FORBIDDEN' ? 403 : 400, subscription.errors)
        const stream = openEventStream(response, deps.limits ?? STREAM_LIMITS, isWelcome, stop)
        // Whoever is cut off before the first event comes back to here.
        await stream.send(idFrame(subscription.from))
        for await (const { position, result } of subscription.open(stop.signal)) {
          if (stop.signal.aborted || !await stream.send(result === undefined ? idFrame(position) : nextFrame(result, position))) return
        }
      } finally {
        streams.delete(stop)
        stop.abort()
      }
    },
  }
}

const codeOf = (errors: readonly Record<string, unknown>[]): unknown => (errors[0]?.['extensions'] as { readonly code?: unknown } | undefined)?.code

function resumeOf({ headers }: IncomingMessage): number | undefined | 'wrong' {
  const given = headers['last-event-id']
  if (given === undefined || given === '') return undefined
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : 'wrong'
}
