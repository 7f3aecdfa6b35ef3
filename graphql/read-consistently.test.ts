import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../platform/postgres/testing/test-database.js'
import { rebuildProjection, runProjection } from '../projections/index.js'
import { createHarness, type ProjectionHarness } from '../projections/testing/harness.js'
import { appendSample, longHistory, published, SAMPLE } from '../projections/testing/sample-log.js'
import { executeQuery, startApi, type ApiServer, type ApiSources } from './index.js'
import { parse } from './graphql-js.js'
import { findOperation, modelsOf } from './served-by.js'

type Answer = { data?: Record<string, unknown> | null; errors?: { message: string; extensions: Record<string, unknown> }[]; extensions?: { position: number; positions: Record<string, number> } }

let postgres: TestPostgres
let harness: ProjectionHarness
let sources: ApiSources
let api: ApiServer
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => {
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await harness.catchUp()
  sources = { sql: harness.sql, timelines: harness.timelines, log: harness.log }
  api = await startApi({ host: '127.0.0.1', port: 0, sources, status: () => ({}) })
})
afterEach(async () => {
  await api.close()
  await harness.close()
})

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  return await response.json() as Answer
}

describe('the position of an answer', () => {
  test('is that of the read models that were asked, the lowest of them', async () => {
    expect((await ask('{ counts { published } timelineCount(state: PUBLISHED) }')).extensions).toEqual({ position: SAMPLE.length, positions: { blocks: SAMPLE.length, timelines: SAMPLE.length } })
    await appendSample(harness.log, [published('later', 900)], 500)
    const blocks = harness.projections.find(({ name }) => name === 'blocks')
    if (blocks === undefined) throw new Error('no blocks')
    await runProjection({ log: harness.log, projection: blocks, signal: new AbortController().signal, untilEnd: true })
    expect((await ask('query { counts { published } ...rest } fragment rest on Query { auditRoot { size } }')).extensions)
      .toEqual({ position: SAMPLE.length, positions: { blocks: SAMPLE.length + 1, audit: SAMPLE.length } })
    expect(await ask('{ logPosition }')).toEqual({ data: { logPosition: SAMPLE.length + 1 } })
  })

  test('is in answers without HTTP as well', async () => {
    expect(await executeQuery(sources, 'query($at: Long) @read(minPosition: $at) { counts { published } }', { at: SAMPLE.length })).toEqual({
      data: { counts: { published: 5 } }, extensions: { position: SAMPLE.length, positions: { blocks: SAMPLE.length } },
    })
  })
})

describe('@read(minPosition)', () => {
  test('waits until the read models that are asked are there', async () => {
    const position = SAMPLE.length + 1
    const answer = ask('query($at: Long) @read(minPosition: $at) { counts { published } timelineCount(state: PUBLISHED) }', { at: position })
    await appendSample(harness.log, [published('later', 900)], 500)
    await harness.catchUp()
    expect(await answer).toEqual({ data: { counts: { published: 6 }, timelineCount: 6 }, extensions: { position, positions: { blocks: position, timelines: position } } })
  })

  test('gives up at its deadline and says where who stands', async () => {
    expect(await ask('query @read(minPosition: 99, waitMs: 50) { counts { published } }')).toMatchObject({
      errors: [{ message: `blocks stands at ${SAMPLE.length} and has not reached 99 within 50 ms; ask again, or for less`, extensions: { code: 'NOT_YET', projection: 'blocks', position: SAMPLE.length, minPosition: 99 } }],
    })
    expect(await ask('query @read(minPosition: 99, waitMs: 0) { logPosition }')).toEqual({ data: { logPosition: SAMPLE.length } })
  })

  test('refuses what makes no sense', async () => {
    expect(await ask('query @read(minPosition: -1) { counts { published } }')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    expect(await ask('query @read(waitMs: 600000) { counts { published } }')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'waitMs' } }] })
  })
})

test('all reads of one request see one moment, while a projector works and read models are rebuilt', async () => {
  const history = longHistory(300)
  await appendSample(harness.log, history, 1000)
  const abort = new AbortController()
  const running = harness.projections.map((projection) => runProjection({ log: harness.log, projection, signal: abort.signal, batchEvents: 25 }))
  const end = SAMPLE.length + history.length
  const seen: number[] = []
  const read = async (): Promise<void> => {
    while ((seen.at(-1) ?? 0) < end || !isRebuilt) {
      const { data, errors, extensions } = await ask('{ counts { published committed rejected timeout expired inFlight } blocks(first: 1) { nodes { height } } validators { blocksProposed } auditRoot { size } }')
      expect(errors).toBeUndefined()
      const { counts, blocks, validators, auditRoot } = data as {
        counts: Record<string, number>; blocks: { nodes: { height: number }[] }; validators: { blocksProposed: number }[]; auditRoot: { size: number }
      }
      expect((counts['committed'] ?? 0) + (counts['rejected'] ?? 0) + (counts['timeout'] ?? 0) + (counts['expired'] ?? 0) + (counts['inFlight'] ?? 0)).toBe(counts['published'])
      // Three blocks of the sample; those of the history begin at height 1 again and replace nothing.
      expect(validators.reduce((sum, { blocksProposed }) => sum + blocksProposed, 0)).toBeGreaterThanOrEqual(blocks.nodes[0]?.height ?? 0)
      expect(auditRoot.size).toBe(extensions?.positions['audit'])
      seen.push(extensions?.position ?? -1)
    }
  }
  let isRebuilt = false
  const readers = Promise.all([read(), read(), read()])
  for (const name of ['blocks', 'audit', 'blocks']) {
    const projection = harness.projections.find((one) => one.name === name)
    if (projection === undefined) throw new Error(`no ${name}`)
    expect(await rebuildProjection({ log: harness.log, projection, signal: new AbortController().signal })).toMatchObject({ equal: true })
  }
  isRebuilt = true
  await readers
  abort.abort()
  await Promise.all(running)
  expect(seen.length).toBeGreaterThan(3)
})

test('a read model that lost what it had gives no short answers until it is whole again', async () => {
  await ask('{ counts { published } }')
  await harness.projections.find(({ name }) => name === 'blocks')?.reset()
  expect(await ask('{ counts { published } }')).toMatchObject({ errors: [{ extensions: { code: 'READ_MODEL_HEALING', projection: 'blocks', position: 0, had: SAMPLE.length } }] })
  await harness.catchUp()
  expect(await ask('{ counts { published } }')).toMatchObject({ data: { counts: { published: 5 } } })
})

test('the read models of an operation are those of its own fields', () => {
  const document = parse('query a { counts { published } } query b { ... on Query { timelineCount(state: PUBLISHED) } ...f ...f } fragment f on Query { auditRoot { size } ...f }')
  const models = (name: string): string[] => [...modelsOf(document, findOperation(document, name) ?? (() => { throw new Error('no operation') })())]
  expect(models('a')).toEqual(['blocks'])
  expect(models('b')).toEqual(['timelines', 'audit'])
})
