/** Where a role says how it is: GET /status (JSON), GET /health (200 or 503), and the routes that it has besides. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpsRouter, type OpsRoute } from './ops-route.js'
import { UserError } from './user-error.js'

export type OpsServer = { readonly url: string; close(): Promise<void> }

export type OpsOptions = {
  readonly host: string
  readonly port: number
  readonly status: () => object | Promise<object>
  /** A sentence that says what is wrong, or undefined. */
  readonly unhealthy?: () => string | undefined
  readonly routes?: readonly OpsRoute[]
}

export async function startOpsServer({ host, port, status, unhealthy = () => undefined, routes = [] }: OpsOptions): Promise<OpsServer> {
  const router = createOpsRouter(routes)
  const server = createServer((request, response) => {
    const answer = (code: number, body: object): void => {
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (router.take(request, response)) return
    if (request.method !== 'GET') return answer(405, { error: 'only GET' })
    if (request.url === '/health') {
      const reason = unhealthy()
      return answer(reason === undefined ? 200 : 503, { healthy: reason === undefined, ...(reason === undefined ? {} : { reason }) })
    }
    if (request.url !== '/status') return answer(404, { error: 'try /status or /health' })
    Promise.resolve().then(status).then((body) => answer(200, body), (error: Error) => answer(500, { error: error.message }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host}:${address.port}`,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}

export function portError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') return new UserError('PORT_IN_USE', `port ${port} on ${host} is in use; stop the program that holds it or choose another port`)
  if (error.code === 'EACCES') return new UserError('PORT_FORBIDDEN', `port ${port} on ${host} needs more rights; choose a port above 1023`)
  return error
}
