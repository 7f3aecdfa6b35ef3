import { request as httpRequest } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi, type ApiServer, type ApiKey, type Login } from '../index.js'
import { askApi, startTestApi, type TestApi } from '../testing/api.js'
import { allOperations } from '../testing/operations.js'
import { newApiKey, readApiKeys } from './api-keys.js'
import { createLoginGuard, MOST_FAILURES } from './login-guard.js'
import { ALLOWED, ROLES, type OperationName, type Role } from './roles.js'

const OPERATOR_TOKEN = 'a'.repeat(64)
const issued = Object.fromEntries(ROLES.map((role) => [role, newApiKey(`${role}-key`, role)])) as Record<Role, ReturnType<typeof newApiKey>>
let keys: ApiKey[] = ROLES.map((role) => issued[role].entry)
const logins: Login[] = []

let local: TestApi
let guarded: ApiServer
beforeAll(async () => {
  local = await startTestApi({ access: { operatorToken: OPERATOR_TOKEN } })
  guarded = await startGuarded()
})
afterAll(async () => {
  await guarded.close()
  await local.stop()
})
const startGuarded = (): Promise<ApiServer> =>
  startApi({ host: '0.0.0.0', port: 0, sources: local.sources, status: () => ({ mode: 'guarded' }), access: { keys: () => keys, operatorToken: OPERATOR_TOKEN }, onLogin: (login) => logins.push(login) })

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const codeOf = async (url: string, query: string, headers: Record<string, string>): Promise<string | undefined> => (await askApi(url, query, {}, headers)).errors?.[0]?.extensions.code

/** An answer to a request as a browser or a stranger sends it. */
const statusOf = (url: string, method: string, headers: Record<string, string>, body = ''): Promise<number | undefined> => new Promise((resolve, reject) => {
  httpRequest(url, { method, headers }, (response) => {
    response.resume()
    resolve(response.statusCode)
  }).on('error', reject).end(body)
})

describe('every role against every operation', () => {
  test('every operation of the schema is in the table, and nothing else is', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual(allOperations().map(({ name }) => name).sort())
  })

  const queries = allOperations().filter(({ kind }) => kind !== 'subscription')
  test.each(ROLES.flatMap((role) => queries.map(({ name, text }) => [role, name, text] as const)))('%s asks %s', async (role, name, text) => {
    const code = await codeOf(guarded.url, text, bearer(issued[role].key))
    expect(code === 'FORBIDDEN').toBe(!ALLOWED[name as OperationName].includes(role))
  })

  test.each(queries.map(({ name, text }) => [name, text] as const))('someone on this machine without keys asks %s', async (name, text) => {
    expect(await codeOf(local.api.url, text, {}) === 'FORBIDDEN').toBe(name.startsWith('Mutation.'))
    expect(await codeOf(local.api.url, text, bearer(OPERATOR_TOKEN))).not.toBe('FORBIDDEN')
  })

  test('a fragment hides nothing, neither by POST nor by GET', async () => {
    const query = '{ ...f } fragment f on Query { ... on Query { deadLetters { position } } }'
    expect(await codeOf(guarded.url, query, bearer(issued.viewer.key))).toBe('FORBIDDEN')
    const response = await fetch(`${guarded.url}/graphql?query=${encodeURIComponent(query)}`, { headers: bearer(issued.viewer.key) })
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  })
})

describe('from another address', () => {
  test('nothing is reachable by default', async () => {
    const outside = Object.values(networkInterfaces()).flat().find((one) => one !== undefined && !one.internal && one.family === 'IPv4')?.address
    if (outside !== undefined) await expect(fetch(`http://${outside}:${local.api.port}/status`)).rejects.toThrow()
    const options = { port: 0, sources: local.sources, status: () => ({}) }
    await expect(startApi({ ...options, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'NOT_LOOPBACK', field: 'host' })
    await expect(startApi({ ...options, host: '::' })).rejects.toMatchObject({ code: 'NOT_LOOPBACK', field: 'host' })
    await expect(startApi({ ...options, host: '0.0.0.0', access: { keys: () => [] } })).rejects.toMatchObject({ code: 'NO_KEYS', field: 'apiKeysFile' })
    await expect(startApi({ ...options, host: '0.0.0.0', access: { operatorToken: OPERATOR_TOKEN } })).rejects.toMatchObject({ code: 'NOT_LOOPBACK' })
    await expect(startApi({ ...options, host: '127.0.0.1', access: { operatorToken: 'short' } })).rejects.toMatchObject({ field: 'operatorTokenFile' })
  })

  test('nothing is answered without a key, by any path or method', async () => {
    for (const [method, path] of [['GET', '/graphql?query={logPosition}'], ['POST', '/graphql'], ['GET', '/status'], ['GET', '/nowhere'], ['HEAD', '/status'], ['GET', '/graphql']] as const) {
      expect([method, path, await statusOf(`${guarded.url}${path}`, method, { 'content-type': 'application/json' })]).toEqual([method, path, 401])
    }
  })

  test('a key that is taken out of the file is refused at once', async () => {
    expect(await codeOf(guarded.url, '{ logPosition }', bearer(issued.viewer.key))).toBeUndefined()
    const before = keys
    keys = keys.filter(({ role }) => role !== 'viewer')
    expect(await codeOf(guarded.url, '{ logPosition }', bearer(issued.viewer.key))).toBe('UNAUTHENTICATED')
    keys = before
  })
})

describe('a browser page of another origin', () => {
  const json = { 'content-type': 'application/json' }
  const body = '{"query":"{ logPosition }"}'
  test.each([
    ['its origin', 'POST', { ...json, origin: 'https://evil.example' }, 403], ['an opaque origin', 'POST', { ...json, origin: 'null' }, 403],
    ['its origin, with the operator token', 'POST', { ...json, ...bearer(OPERATOR_TOKEN), origin: 'https://evil.example' }, 403],
    ['a form', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }, 415], ['plain text', 'POST', { 'content-type': 'text/plain' }, 415],
    ['a form of parts', 'POST', { 'content-type': 'multipart/form-data; boundary=x' }, 415], ['no type', 'POST', {}, 415],
    ['its origin by GET', 'GET', { origin: 'https://evil.example' }, 403], ['a name of its own for this machine', 'POST', { ...json, host: 'evil.example' }, 421],
  ])('is refused with %s', async (_, method, headers, status) => {
    expect(await statusOf(`${local.api.url}/graphql${method === 'GET' ? '?query={logPosition}' : ''}`, method, headers as unknown as Record<string, string>, method === 'GET' ? '' : body)).toBe(status)
  })

  test('while our own page is answered', async () => {
    expect(await statusOf(`${local.api.url}/graphql`, 'POST', { ...json, origin: local.api.url }, body)).toBe(200)
  })
})

describe('logins that fail', () => {
  test('are counted and told, and make their address wait', async () => {
    const server = await startGuarded()
    logins.length = 0
    for (let i = 0; i < MOST_FAILURES; i++) expect(await codeOf(server.url, '{ logPosition }', bearer(`wrong-${i}`))).toBe('UNAUTHENTICATED')
    // Not even the right one is looked at now: it would tell a guess from a hit.
    const response = await fetch(`${server.url}/status`, { headers: bearer(issued.operator.key) })
    expect([response.status, Number(response.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
    expect(server.logins()).toEqual({ failed: MOST_FAILURES, refused: 1 })
    expect(logins.filter(({ result }) => result === 'failure')).toHaveLength(MOST_FAILURES)
    expect(JSON.stringify(logins)).not.toContain('wrong-')
    await server.close()
  })

  test('may be tried again when the minute is over, and strangers do not fill the memory', () => {
    let now = 0
    const guard = createLoginGuard(() => now)
    for (let i = 0; i < MOST_FAILURES; i++) guard.failed('192.0.2.1')
    expect(guard.waitSeconds('192.0.2.1')).toBe(60)
    expect(guard.waitSeconds('192.0.2.2')).toBe(0)
    now = 60_000
    expect(guard.waitSeconds('192.0.2.1')).toBe(0)
    for (let i = 0; i < 20_000; i++) guard.failed(`address ${i}`)
    expect(guard.counts().failed).toBe(20_000 + MOST_FAILURES)
  })

  test('a login that succeeds is told once, with its name and role', async () => {
    const server = await startGuarded()
    logins.length = 0
    for (let i = 0; i < 3; i++) await askApi(server.url, '{ logPosition }', {}, bearer(issued.auditor.key))
    expect(logins).toEqual([{ result: 'success', name: 'auditor-key', role: 'auditor' }])
    await server.close()
  })
})

describe('the file of keys', () => {
  test('holds no key, only hashes', () => {
    const { key, entry } = newApiKey('alice', 'viewer')
    expect(JSON.stringify(entry)).not.toContain(key)
    expect(readApiKeys([entry])).toEqual({ ok: true, keys: [entry] })
    expect(newApiKey('alice', 'viewer').key).not.toBe(key)
  })

  test.each([
    [{}, 'file'], [[{ name: 'a', role: 'root', sha256: '0'.repeat(64) }], '0.role'], [[{ name: 'a', role: 'viewer', sha256: 'x' }], '0.sha256'], [[{ name: 'a b', role: 'viewer', sha256: '0'.repeat(64) }], '0.name'],
    [['one', 'one'].map((name) => ({ name, role: 'viewer', sha256: '0'.repeat(64) })), '1.name'],
  ])('%j is refused with the field that is wrong', (value, field) => {
    expect(readApiKeys(value)).toMatchObject({ ok: false, field })
  })
})
