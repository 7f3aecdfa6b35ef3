/** An address of a role's own beside /status and /health: what it takes is bounded before it is read. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

export type OpsRequest = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Uint8Array }
export type OpsAnswer = { readonly status: number; readonly type: string; readonly body: string | Uint8Array }

export type OpsRoute = {
  readonly method: 'GET' | 'POST'
  /** The whole path, without a query. */
  readonly path: string | RegExp
  readonly mostBytes: number
  answer(request: OpsRequest): OpsAnswer | Promise<OpsAnswer>
}

/** Bodies read at once by all routes of a role together. */
const MOST_AT_ONCE = 32
const BODY_WITHIN_MS = 10_000

export const jsonAnswer = (status: number, body: object): OpsAnswer => ({ status, type: 'application/json', body: JSON.stringify(body) })

export type OpsRouter = {
  /** False where no route has the path of the request. */
  take(request: IncomingMessage, response: ServerResponse): boolean
}

export function createOpsRouter(routes: readonly OpsRoute[]): OpsRouter {
  let running = 0
  const serve = async (route: OpsRoute, path: string, request: IncomingMessage): Promise<OpsAnswer> => {
    if (running >= MOST_AT_ONCE) return jsonAnswer(503, { error: `busy with ${MOST_AT_ONCE} requests; try again` })
    running += 1
    try {
      const body = await readBody(request, route.mostBytes)
      if (body === undefined) return jsonAnswer(413, { error: `the body must have at most ${route.mostBytes} bytes` })
      return await route.answer({ path, headers: request.headers, body })
    } catch (error) {
      return jsonAnswer(500, { error: error instanceof Error ? error.message : String(error) })
    } finally {
      running -= 1
    }
  }
  return {
    take(request, response) {
      const path = (request.url ?? '').split('?')[0] as string
      const fitting = routes.filter((route) => (typeof route.path === 'string' ? route.path === path : route.path.test(path)))
      if (fitting.length === 0) return false
      const route = fitting.find(({ method }) => method === request.method)
      const answer = route === undefined ? Promise.resolve(jsonAnswer(405, { error: `only ${fitting.map(({ method }) => method).join(', ')}` })) : serve(route, path, request)
      void answer.then(({ status, type, body }) => {
        // A body that was not read to its end would be taken for the next request.
        response.writeHead(status, { 'content-type': type, ...(request.complete ? {} : { connection: 'close' }) })
        response.end(body)
      })
      return true
    },
  }
}

/** Undefined where it is larger than `mostBytes`; no more than that is kept. Throws where it does not come in time. */
async function readBody(request: IncomingMessage, mostBytes: number): Promise<Uint8Array | undefined> {
  const late = setTimeout(() => request.destroy(new Error(`the body did not come within ${BODY_WITHIN_MS / 1000} s`)), BODY_WITHIN_MS)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > mostBytes) return undefined
      chunks.push(chunk)
    }
  } finally {
    clearTimeout(late)
  }
  return Buffer.concat(chunks)
}
