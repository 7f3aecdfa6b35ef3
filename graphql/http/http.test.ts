import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverAudits } from 'graphql-http'
import { startTestApi, type TestApi } from '../testing/api.js'
import { createDocuments } from '../documents.js'

let api: TestApi
beforeAll(async () => { api = await startTestApi() })
afterAll(() => api.stop())

describe('GraphQL over HTTP', () => {
  test('all audits of graphql-http pass', async () => {
    const results = []
    for (const audit of serverAudits({ url: `${api.api.url}/graphql` })) results.push(await audit.fn())
    const failed = results.filter(({ status }) => status !== 'ok')
    expect(results.length).toBeGreaterThan(60)
    expect(failed.map(({ id, name, status }) => `${id} ${name}: ${status}`)).toEqual([])
  })
})

describe('documents', () => {
  test('are parsed and checked once, and forgotten when there are too many', () => {
    const documents = createDocuments(100)
    const text = '{ logPosition }'
    const first = documents.prepare(text)
    expect(documents.prepare(text)).toBe(first)
    for (let i = 0; i < 10; i++) documents.prepare(`{ a${i}: logPosition }`)
    expect(documents.remembered()).toBeLessThan(7)
    expect(documents.prepare(text)).not.toBe(first)
  })

  test('that are unsound are not remembered', () => {
    const documents = createDocuments()
    expect(documents.prepare('{ nothing }')).toMatchObject({ ok: false, code: 'GRAPHQL_VALIDATION_FAILED' })
    expect(documents.remembered()).toBe(0)
  })
})
