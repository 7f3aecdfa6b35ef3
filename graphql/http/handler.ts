/** Requests to /graphql of callers that are known: which way each is answered. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../access/roles.js'
import { createDocuments } from '../documents.js'
import { createConsistentReader } from '../read-consistently.js'
import type { Report } from '../run-operation.js'
import { resolvePersisted, type Persisted } from '../persisted.js'
import type { ApiSources } from '../sources.js'
import { answerJson } from './answer-json.js'
import type { StreamLimits } from './event-stream.js'
import { createEventsHandler } from './answer-events.js'
import { accepts, responseTypeOf } from './media-type.js'
import { parametersOfBody, parametersOfSearch } from './parameters.js'
import { LONGEST_BODY_BYTES, readBody, send } from './send.js'
import { createYogaHandler } from './yoga.js'

export type GraphqlHandler = { answer(request: IncomingMessage, response: ServerResponse, caller: Caller, isWelcome: () => boolean): Promise<void>; close(): void }

export type GraphqlOptions = { readonly sources: ApiSources; readonly graphiql: boolean; readonly report: Report; readonly limits?: StreamLimits | undefined; readonly persisted: Persisted }

export function createGraphqlHandler({ sources, graphiql, report, limits, persisted }: GraphqlOptions): GraphqlHandler {
  const reader = createConsistentReader(sources)
  const documents = createDocuments()
  const events = createEventsHandler({ sources, reader, documents, report, ...(limits === undefined ? {} : { limits }) })
  const yoga = createYogaHandler({ reader, graphiql, report })
  return {
    async answer(request, response, caller, isWelcome) {
      const body = await readBody(request)
      if (body === undefined) return send(response, 413, { error: `a query has at most ${LONGEST_BODY_BYTES} bytes` }, { Connection: 'close' })
      const { accept } = request.headers
      const isPost = request.method === 'POST'
      const read = resolvePersisted(isPost ? parametersOfBody(body) : parametersOfSearch(searchOf(request)), persisted)
      if (accepts(accept, 'text/event-stream')) return events.answer(request, response, { read, caller, isWelcome })
      const type = responseTypeOf(accept)
      if (isPost && type !== undefined) return answerJson(response, { read, type, caller }, { documents, reader, report })
      // Yoga would look for a text where there is only a hash, and take one that is none of ours.
      if (persisted.only || (request.method === 'GET' && isByHash(request))) {
        if (type === undefined) return send(response, 406, { error: 'ask for application/json or application/graphql-response+json' })
        return answerJson(response, { read, type, caller, isGet: !isPost }, { documents, reader, report })
      }
      return yoga(request, body, response, caller)
    },
    close: events.close,
  }
}

const searchOf = ({ url = '' }: IncomingMessage): URLSearchParams => new URL(url, 'http://localhost').searchParams
const isByHash = (request: IncomingMessage): boolean => searchOf(request).get('extensions')?.includes('persistedQuery') === true
