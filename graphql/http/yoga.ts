/** Everything but the fast path: GraphiQL, queries by GET, and whatever else yoga knows of GraphQL over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createYoga, type Plugin } from 'graphql-yoga'
import { refuseOperation } from '../access/permit.js'
import type { Caller } from '../access/roles.js'
import { maskError } from '../errors.js'
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from '../graphql-js.js'
import { MOST_TOKENS, queryLimits } from '../limits.js'
import type { ConsistentReader } from '../read-consistently.js'
import type { Report } from '../run-operation.js'
import { schema } from '../schema.js'
import { findOperation } from '../served-by.js'

type ServerContext = { readonly caller: Caller }

export type YogaOptions = { readonly reader: ConsistentReader; readonly graphiql: boolean; readonly report: Report }

/** Answers one request whose body was read. */
export type YogaHandler = (request: IncomingMessage, body: Buffer, response: ServerResponse, caller: Caller) => Promise<void>

export function createYogaHandler({ reader, graphiql, report }: YogaOptions): YogaHandler {
  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql,
    // The editor as npm installed it: the default one loads its scripts from the internet. Nine megabytes, so only when asked for.
    renderGraphiQL: async (options) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    landingPage: false,
    cors: false,
    logging: false,
    multipart: false,
    maskedErrors: { maskError: (error) => maskError(error, report) },
    plugins: [limits, permittedAndConsistent(reader)],
  })
  return async (request, body, response, caller) => {
    const headers = Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
    const method = request.method ?? 'GET'
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const result = await yoga.fetch(`http://localhost${request.url ?? '/graphql'}`, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) }, { caller })
    response.writeHead(result.status, Object.fromEntries(result.headers))
    // Passed on as it comes: an answer may be longer than what is good to hold.
    await pipeline(Readable.from((result.body ?? []) as unknown as AsyncIterable<Uint8Array>), response)
  }
}

const limits: Plugin = {
  onParse({ parseFn, setParseFn }) {
    setParseFn((source: unknown, options?: object) => parseFn(source as string, { ...options, maxTokens: MOST_TOKENS }) as unknown)
  },
  onValidate({ addValidationRule }) {
    addValidationRule(queryLimits)
  },
}

/** Every request is permitted first, and reads at one position. Subscriptions have a way of their own. */
function permittedAndConsistent(reader: ConsistentReader): Plugin<ServerContext> {
  return {
    onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const { caller } = args.contextValue as ServerContext
      const operation = findOperation(args.document, args.operationName)
      const refusal = operation === undefined ? undefined : refuseOperation(caller, args.document, operation)
      if (refusal !== undefined) return setResultAndStopExecution({ errors: [refusal] })
      setExecuteFn((args: ExecutionArgs) => reader.read(
        { document: args.document, operationName: args.operationName, variables: args.variableValues ?? {}, caller },
        (context) => executeFn({ ...args, contextValue: { ...(args.contextValue as object), ...context } }) as Promise<ExecutionResult>))
    },
    onSubscribe({ setResultAndStopExecution }) {
      setResultAndStopExecution({ errors: [new GraphQLError('a subscription is answered as events; ask with accept: text/event-stream', { extensions: { code: 'NEEDS_EVENT_STREAM' } })] })
    },
  }
}
