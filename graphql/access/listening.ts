/** Where the API may listen, and which requests it looks at: everyone on this machine, or whoever has a key. */
import type { IncomingMessage } from 'node:http'
import { ApiServerError } from '../errors.js'
import type { ApiKey } from './api-keys.js'

export type Access = {
  /** Absent: loopback only, and everyone there reads. The list as it is now: a key that is gone is refused at once. */
  readonly keys?: () => readonly ApiKey[]
  /** What the user of this machine sends to change something; good from loopback only. */
  readonly operatorToken?: string
}

const SHORTEST_TOKEN = 32

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(host)

/** Throws ApiServerError where the host would be reachable without authentication. */
export function checkAccess(host: string, { keys, operatorToken }: Access): void {
  if (keys === undefined && !isLoopback(host)) {
    throw new ApiServerError('NOT_LOOPBACK', 'host', `the API listens on ${host} only with authentication; configure apiKeysFile (\`cybermesh keys new-api\` makes one), or use 127.0.0.1`)
  }
  if (keys?.().length === 0) throw new ApiServerError('NO_KEYS', 'apiKeysFile', 'the file of API keys is empty; make one with `cybermesh keys new-api`')
  if (operatorToken !== undefined && operatorToken.length < SHORTEST_TOKEN) throw new ApiServerError('NO_KEYS', 'operatorTokenFile', `the operator token must have ${SHORTEST_TOKEN} or more characters`)
}

export type Refusal = { readonly status: 401 | 403 | 415 | 421 | 429; readonly code: string; readonly sentence: string; readonly retryAfterSeconds?: number }

/**
 * Why a request is not even looked at, or undefined. A browser sends what a page of a stranger asks for, and tells the
 * page's origin and the name that led here.
 */
export function refuseStranger({ headers }: IncomingMessage, { keys }: Access): Refusal | undefined {
  const host = headers.host ?? ''
  // A page of a stranger may point its own name at this machine; the browser then tells that name here.
  if (keys === undefined && !isLoopback(nameOf(host))) return { status: 421, code: 'NOT_LOOPBACK', sentence: 'this API answers only to localhost' }
  const { origin } = headers
  if (origin !== undefined && !isSameOrigin(origin, host)) return { status: 403, code: 'FOREIGN_ORIGIN', sentence: 'a page of another origin may not ask this API' }
  return undefined
}

/** A form of a stranger's page is sent without asking first; JSON is not. */
export function refuseForm({ headers, method }: IncomingMessage): Refusal | undefined {
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', sentence: 'send the query as JSON with content-type: application/json' }
  }
  return undefined
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

const isSameOrigin = (origin: string, host: string): boolean => URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
