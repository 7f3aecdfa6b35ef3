/** Who may ask: everyone on this machine, or whoever carries a token where the API listens beyond it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ApiServerError } from './errors.js'

export type Access =
  /** Loopback only. */
  | { readonly kind: 'local' }
  /** Any host; each request carries `Authorization: Bearer <token>`. */
  | { readonly kind: 'tokens'; readonly tokens: readonly string[] }

const SHORTEST_TOKEN = 16

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** Throws ApiServerError where the host would be reachable without authentication. */
export function checkAccess(host: string, access: Access): void {
  if (access.kind === 'local' && !isLoopback(host)) {
    throw new ApiServerError('NOT_LOOPBACK', 'host', `the API listens on ${host} only with authentication; configure access tokens, or use 127.0.0.1`)
  }
  if (access.kind === 'tokens' && (access.tokens.length === 0 || access.tokens.some((token) => token.length < SHORTEST_TOKEN))) {
    throw new ApiServerError('NOT_LOOPBACK', 'tokens', `at least one access token of ${SHORTEST_TOKEN} or more characters is needed`)
  }
}

export type Refusal = { readonly status: 401 | 421; readonly sentence: string }

/** Why a request is not answered, or undefined. */
export function refuseRequest({ headers }: IncomingMessage, access: Access): Refusal | undefined {
  if (access.kind === 'tokens') {
    const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (given !== undefined && access.tokens.some((token) => isSame(token, given))) return undefined
    return { status: 401, sentence: 'an access token is needed: Authorization: Bearer <token>' }
  }
  // A page of a stranger may point its own name at this machine; the browser then tells that name here.
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return isLoopback(name) ? undefined : { status: 421, sentence: 'this API answers only to localhost' }
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
