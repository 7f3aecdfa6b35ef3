/** The API over HTTP: GraphQL at /graphql, a status document at /status, and whatever pages it is given. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuthenticator, isStillKnown, type Login } from './access/authenticate.js'
import { checkAccess, isLoopback, refuseForm, refuseStranger, type Access } from './access/listening.js'
import { createLoginGuard } from './access/login-guard.js'
import { createAuditFiles } from './audit-files.js'
import { ApiServerError } from './errors.js'
import type { StreamLimits } from './http/event-stream.js'
import { createGraphqlHandler } from './http/handler.js'
import { send, sendRefusal } from './http/send.js'
import { ownManifest } from './own-operations.js'
import type { Persisted } from './persisted.js'
import type { ApiSources } from './sources.js'

export type Page = { readonly contentType: string; readonly body: string | Uint8Array }

export type ApiOptions = {
  /** Loopback unless `access` has keys. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly sources: ApiSources
  /** The document of GET /status. */
  readonly status: () => unknown
  readonly access?: Access
  /** Pages by path, such as the operator page at `/`; they hold no data and are for everyone. */
  readonly pages?: ReadonlyMap<string, Page>
  /** Folder of the transparency log, which everyone may read under /audit/. */
  readonly auditFolder?: string
  /** Told of errors that callers do not get to see. */
  readonly onError?: (error: unknown) => void
  /** Operations known by their hash; those of this package unless named. */
  readonly persisted?: Persisted
  /** How patient subscriptions are. */
  readonly streamLimits?: StreamLimits
  readonly onLogin?: (login: Login) => void
}

export type ApiServer = {
  readonly url: string
  readonly port: number
  /** Logins that failed, and requests of addresses that failed too often. */
  logins(): { readonly failed: number; readonly refused: number }
  close(): Promise<void>
}

/** Throws ApiServerError with the option that is wrong and what to do. */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { host, port, sources, status, access = {}, pages = new Map<string, Page>(), onError = () => undefined, onLogin = () => undefined } = options
  checkAccess(host, access)
  const auditFiles = createAuditFiles(options.auditFolder)
  const guard = createLoginGuard()
  const authenticate = createAuthenticator(access, guard, onLogin)
  const graphql = createGraphqlHandler({ sources: options.auditFolder === undefined ? sources : { ...sources, auditFolder: options.auditFolder }, graphiql: isLoopback(host), report: onError, limits: options.streamLimits, persisted: options.persisted ?? { manifest: ownManifest(), only: false } })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (await auditFiles.answer(request, response)) return
    const refusal = refuseStranger(request, access)
    if (refusal !== undefined) return sendRefusal(response, refusal)
    const path = (request.url ?? '/').split('?', 1)[0] as string
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const page = pages.get(path)
    if (page !== undefined && isRead) return void response.writeHead(200, { 'Content-Type': page.contentType }).end(page.body)
    const login = authenticate(request)
    if (!login.ok) return sendRefusal(response, login.refusal)
    const form = path === '/graphql' ? refuseForm(request) : undefined
    if (form !== undefined) return sendRefusal(response, form)
    if (path === '/graphql') return graphql.answer(request, response, login.caller, () => isStillKnown(login.caller, access))
    if (!isRead) return send(response, 405, { error: 'only GET is known here' }, { Allow: 'GET, HEAD' })
    if (path === '/status') return send(response, 200, await status())
    send(response, 404, { error: 'nothing is here; GraphQL is at /graphql, the state of the system at /status' })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A caller that went away while it was answered is nothing to report.
      if (!response.destroyed) onError(error)
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
    logins: guard.counts,
    async close() {
      if (!server.listening) return
      graphql.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ApiServerError {
  const cause = { cause: error }
  if (error.code === 'EADDRINUSE') {
    return new ApiServerError('PORT_IN_USE', 'port', `port ${port} on ${host} is taken by another program; stop it, or choose another port with --api-port`, cause)
  }
  return new ApiServerError('CANNOT_LISTEN', error.code === 'EACCES' ? 'port' : 'host', `the API cannot listen on ${host}:${port}: ${error.message}`, cause)
}
