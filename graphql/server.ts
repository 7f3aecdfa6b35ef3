/** The API over HTTP: GraphQL at /graphql, a status document at /status, and whatever pages it is given. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { ExecutionArgs, ExecutionResult } from './graphql-js.js'
import { checkAccess, isLoopback, refuseRequest, type Access } from './access.js'
import { ApiServerError, maskError } from './errors.js'
import { MOST_TOKENS, queryLimits } from './limits.js'
import { createConsistentReader } from './read-consistently.js'
import { schema } from './schema.js'
import type { ApiSources } from './sources.js'

export type Page = { readonly contentType: string; readonly body: string | Uint8Array }

export type ApiOptions = {
  /** Loopback unless `access` asks for tokens. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly sources: ApiSources
  /** The document of GET /status. */
  readonly status: () => unknown
  readonly access?: Access
  /** Pages by path, such as the operator page at `/`. */
  readonly pages?: ReadonlyMap<string, Page>
  /** Told of errors that callers do not get to see. */
  readonly onError?: (error: unknown) => void
}

export type ApiServer = { readonly url: string; readonly port: number; close(): Promise<void> }

const LONGEST_BODY_BYTES = 256 * 1024

/** Throws ApiServerError with the option that is wrong and what to do. */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { host, port, sources, status, access = { kind: 'local' }, pages = new Map<string, Page>(), onError = () => undefined } = options
  checkAccess(host, access)
  const yoga = createYoga({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: isLoopback(host),
    // The editor as npm installed it: the default one loads its scripts from the internet. Nine megabytes, so only when asked for.
    renderGraphiQL: async (options) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    landingPage: false,
    cors: false,
    logging: false,
    maskedErrors: { maskError: (error) => maskError(error, onError) },
    plugins: [limits, consistently(sources)],
  })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    const refusal = refuseRequest(request, access)
    if (refusal !== undefined) return send(response, refusal.status, { error: refusal.sentence })
    const path = (request.url ?? '/').split('?', 1)[0] as string
    if (path === '/graphql') {
      const body = await readBody(request)
      if (body === undefined) return send(response, 413, { error: `a query has at most ${LONGEST_BODY_BYTES} bytes` })
      return forward(yoga, request, body, response)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'only GET is known here' })
    if (path === '/status') return send(response, 200, await status())
    const page = pages.get(path)
    if (page === undefined) return send(response, 404, { error: 'nothing is here; GraphQL is at /graphql, the state of the system at /status' })
    response.writeHead(200, { 'Content-Type': page.contentType }).end(page.body)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else send(response, 500, { error: 'internal error; the server log says more' })
    })
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, host, port)
  }
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
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

/** Every request reads at one position, and says which. */
function consistently(sources: ApiSources): Plugin {
  const reader = createConsistentReader(sources)
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => reader.read(
        { document: args.document, operationName: args.operationName, variables: args.variableValues ?? {} },
        (context) => executeFn({ ...args, contextValue: { ...(args.contextValue as object), ...context } }) as Promise<ExecutionResult>))
    },
  }
}

/** Undefined where the body is too long. What is too much is read and forgotten, so that the caller gets the answer. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LONGEST_BODY_BYTES) return void chunks.push(chunk)
      chunks = []
      resolve(undefined)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

type Fetcher = { fetch(url: string, init: RequestInit): Promise<Response> | Response }

async function forward(yoga: Fetcher, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
  const method = request.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const result = await yoga.fetch(`http://localhost${request.url ?? '/graphql'}`, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) })
  response.writeHead(result.status, Object.fromEntries(result.headers))
  response.end(Buffer.from(await result.arrayBuffer()))
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...(status === 413 ? { Connection: 'close' } : {}) })
  response.end(`${JSON.stringify(document)}\n`)
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ApiServerError {
  const cause = { cause: error }
  if (error.code === 'EADDRINUSE') {
    return new ApiServerError('PORT_IN_USE', 'port', `port ${port} on ${host} is taken by another program; stop it, or choose another port with --api-port`, cause)
  }
  return new ApiServerError('CANNOT_LISTEN', error.code === 'EACCES' ? 'port' : 'host', `the API cannot listen on ${host}:${port}: ${error.message}`, cause)
}
