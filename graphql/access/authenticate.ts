/** Who sends a request: by its key, by the operator token of this machine, or simply someone on this machine. */
import type { IncomingMessage } from 'node:http'
import { findApiKey, isSameSecret } from './api-keys.js'
import { isLoopback, type Access, type Refusal } from './listening.js'
import type { LoginGuard } from './login-guard.js'
import { LOCAL_CALLER, type Caller, type Role } from './roles.js'

/** Told of every login that failed, the last one before its address must wait as such, and once an hour of who logged in. Never of keys. */
export type Login =
  | { readonly result: 'success'; readonly name: string; readonly role: Role }
  | { readonly result: 'failure'; readonly reason: 'WRONG_KEY' | 'TOO_MANY_FAILURES' }

export type Authenticated = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly refusal: Refusal }

export type Authenticator = (request: IncomingMessage) => Authenticated

const TELL_AGAIN_MS = 3_600_000
const MOST_TOLD = 1000
const OPERATOR: Caller = { name: 'operator of this machine', role: 'operator' }

export function createAuthenticator(access: Access, guard: LoginGuard, onLogin: (login: Login) => void): Authenticator {
  const told = new Map<string, number>()
  const tell = ({ name, role }: Caller): void => {
    if (role === 'local' || performance.now() - (told.get(name) ?? -Infinity) < TELL_AGAIN_MS) return
    if (told.size >= MOST_TOLD) told.clear()
    told.set(name, performance.now())
    onLogin({ result: 'success', name, role })
  }
  const accept = (caller: Caller): Authenticated => {
    tell(caller)
    return { ok: true, caller }
  }
  return (request) => {
    const address = request.socket.remoteAddress ?? ''
    const { authorization } = request.headers
    if (authorization === undefined && access.keys === undefined) return { ok: true, caller: LOCAL_CALLER }
    const waitSeconds = guard.waitSeconds(address)
    if (waitSeconds > 0) {
      return { ok: false, refusal: { status: 429, code: 'TOO_MANY_FAILURES', sentence: `too many logins failed; try again in ${waitSeconds} s`, retryAfterSeconds: waitSeconds } }
    }
    const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
    if (given !== undefined) {
      if (access.operatorToken !== undefined && isLoopback(address) && isSameSecret(access.operatorToken, given)) return accept(OPERATOR)
      const key = findApiKey(access.keys?.() ?? [], given)
      if (key !== undefined) return accept({ name: key.name, role: key.role })
    }
    // Whoever sends nothing guesses nothing.
    if (authorization !== undefined) {
      onLogin({ result: 'failure', reason: guard.failed(address) ? 'TOO_MANY_FAILURES' : 'WRONG_KEY' })
    }
    return { ok: false, refusal: { status: 401, code: 'UNAUTHENTICATED', sentence: 'a key is needed: Authorization: Bearer <key>' } }
  }
}

/** Of a request that goes on for long: whether its key is still there, with the role that it had. */
export const isStillKnown = ({ name, role }: Caller, { keys }: Access): boolean =>
  role === 'local' || name === OPERATOR.name || keys?.().some((key) => key.name === name && key.role === role) === true
