import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anomalyId } from '../projections/testing/sample-log.js'
import { prepare } from './documents.js'
import { startApi, type ApiServer } from './index.js'
import { ownManifest, ownOperations } from './own-operations.js'
import { hashOfDocument, readManifest } from './persisted.js'
import { openSource } from './testing/event-source.js'
import { startTestApi, type TestApi } from './testing/api.js'

let api: TestApi
let strict: ApiServer
beforeAll(async () => {
  api = await startTestApi()
  strict = await startApi({ host: '127.0.0.1', port: 0, sources: api.sources, status: () => ({}), persisted: { manifest: ownManifest(), only: true } })
})
afterAll(async () => {
  await strict.close()
  await api.stop()
})

const textOf = (name: string): string => ownOperations().get(name) as string
const hashOf = (name: string): string => hashOfDocument(textOf(name))
type Answer = { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] }
async function post(url: string, body: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return await response.json() as Answer
}
const byHash = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

describe('persisted operations', () => {
  test('of this package are all sound and within the limits', () => {
    expect(ownOperations().size).toBeGreaterThan(5)
    for (const [name, text] of ownOperations()) expect({ name, ...prepare(text) }).toMatchObject({ name, ok: true })
  })

  test('are asked by their hash, by POST and by GET', async () => {
    const expected = { anomaly: { id: anomalyId('a'), state: 'COMMITTED' } }
    for (const { url } of [api.api, strict]) {
      expect((await post(url, { ...byHash(hashOf('lifecycle')), variables: { id: anomalyId('a') } })).data).toMatchObject(expected)
      const search = new URLSearchParams({ extensions: JSON.stringify(byHash(hashOf('lifecycle')).extensions), variables: JSON.stringify({ id: anomalyId('a') }) })
      expect(await (await fetch(`${url}/graphql?${search.toString()}`)).json()).toMatchObject({ data: expected })
    }
  })

  test('are not learnt by being asked', async () => {
    const query = '{ logPosition }'
    expect((await post(api.api.url, byHash(hashOfDocument(query)))).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND')
    expect((await post(api.api.url, { query, ...byHash(hashOfDocument(query)) })).data).toBeDefined()
    expect((await post(api.api.url, byHash(hashOfDocument(query)))).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND')
    expect((await post(api.api.url, { query, ...byHash('0'.repeat(64)) })).errors?.[0]?.extensions.code).toBe('BAD_REQUEST')
    expect((await post(api.api.url, byHash('nonsense'))).errors?.[0]?.extensions.code).toBe('BAD_REQUEST')
  })
})

describe('an API that takes only these', () => {
  test('refuses everything else, by any way', async () => {
    const query = '{ logPosition }'
    expect((await post(strict.url, { query })).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_ONLY')
    expect((await post(strict.url, { query, ...byHash(hashOfDocument(query)) })).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND')
    expect(await (await fetch(`${strict.url}/graphql?query=${encodeURIComponent(query)}`)).json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }] })
    expect((await fetch(`${strict.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/html' } })).status).toBe(406)
    expect((await openSource(strict.url, 'subscription { blocks { height } }')).status).toBe(400)
    expect((await post(strict.url, { query: '{ __schema { types { name } } }' })).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_ONLY')
  })

  test('takes their text as well, and lets them be followed', async () => {
    expect((await post(strict.url, { query: textOf('blocks') })).data).toBeDefined()
    const source = await openSource(strict.url, textOf('follow-blocks'), { variables: { after: 0 } })
    expect(source.status).toBe(200)
    expect(((await source.events.next()).value as { data: string }).data).toContain('"height":1')
    source.cut()
  })
})

test.each([[[], 'file'], [{ [hashOfDocument('{ a }')]: '{ b }' }, hashOfDocument('{ a }')], [{ x: 1 }, 'x']])('a manifest of %j is refused', (value, field) => {
  expect(readManifest(value)).toMatchObject({ ok: false, field })
})
