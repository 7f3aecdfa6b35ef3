import { request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { jsonAnswer, type OpsRoute } from './ops-route.js'
import { startOpsServer, type OpsServer } from './ops-server.js'

let server: OpsServer
const start = async (routes: readonly OpsRoute[]): Promise<string> => {
  server = await startOpsServer({ host: '127.0.0.1', port: 0, status: () => ({ fine: true }), routes })
  return server.url
}
afterEach(() => server.close())

const echo: OpsRoute = { method: 'POST', path: '/echo', mostBytes: 10, answer: ({ body }) => ({ status: 201, type: 'text/plain', body }) }

describe('routes of a role', () => {
  test('answer with their own status, type and body, beside the status of the role', async () => {
    const url = await start([echo, { method: 'GET', path: /^\/item\/[0-9]+$/, mostBytes: 0, answer: ({ path }) => jsonAnswer(200, { path }) }])
    const answer = await fetch(`${url}/echo`, { method: 'POST', body: '0123456789' })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([201, 'text/plain', '0123456789'])
    expect(await (await fetch(`${url}/item/7?x=1`)).json()).toEqual({ path: '/item/7' })
    expect(await (await fetch(`${url}/status`)).json()).toEqual({ fine: true })
    expect((await fetch(`${url}/item/x`)).status).toBe(404)
    expect((await fetch(`${url}/echo`)).status).toBe(405)
    expect((await fetch(`${url}/status`, { method: 'POST' })).status).toBe(405)
  })

  test('refuse a body that is too large, and say what went wrong', async () => {
    const url = await start([echo, { ...echo, path: '/broken', answer: () => { throw new Error('no') } }])
    const large = await fetch(`${url}/echo`, { method: 'POST', body: '0123456789x' })
    expect([large.status, await large.json()]).toEqual([413, { error: 'the body must have at most 10 bytes' }])
    const broken = await fetch(`${url}/broken`, { method: 'POST', body: '' })
    expect([broken.status, await broken.json()]).toEqual([500, { error: 'no' }])
  })

  test('take a bounded number of requests at once', async () => {
    const held: (() => void)[] = []
    const url = await start([{ ...echo, answer: () => new Promise((done) => { held.push(() => done(jsonAnswer(200, {}))) }) }])
    const waiting = Array.from({ length: 32 }, () => fetch(`${url}/echo`, { method: 'POST', body: 'x' }))
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(32)
    expect((await fetch(`${url}/echo`, { method: 'POST', body: 'x' })).status).toBe(503)
    for (const release of held) release()
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200)
  })

  test('outlive a client that goes away in the middle of its body', async () => {
    const url = await start([echo])
    const gone = request(`${url}/echo`, { method: 'POST', headers: { 'content-length': '10' } })
    const ended = new Promise((resolve) => gone.once('close', resolve))
    gone.on('error', () => undefined)
    gone.write('01234', () => gone.destroy())
    await ended
    expect((await fetch(`${url}/echo`, { method: 'POST', body: 'x' })).status).toBe(201)
  })
})
