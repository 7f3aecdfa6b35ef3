import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { request as httpRequest } from 'node:http'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../platform/postgres/testing/test-database.js'
import { createHarness, type ProjectionHarness } from '../projections/testing/harness.js'
import { anomalyId, appendSample, hash, longHistory, PRODUCER, SAMPLE, T0, VALIDATORS } from '../projections/testing/sample-log.js'
import { executeQuery, startApi, type ApiServer, type ApiSources } from './index.js'

type Answer = { data?: Record<string, unknown>; errors?: { message: string; path?: unknown[]; extensions: { code: string; field?: string } }[] }

let postgres: TestPostgres
let harness: ProjectionHarness
let sources: ApiSources
let api: ApiServer
const queries: string[] = []
const reported: unknown[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await harness.catchUp()
  sources = { sql: countQueries(harness.sql), timelines: harness.timelines, log: harness.log, projections: harness.projections }
  api = await startApi({ host: '127.0.0.1', port: 0, sources, status: () => ({ mode: 'test' }), onError: (error) => reported.push(error) })
})
afterAll(async () => {
  await api.close()
  await harness.close()
  await postgres.stop()
})

/** Remembers the text of each query, but those that open and close the snapshot of a request. */
function countQueries(pool: pg.Pool): pg.Pool {
  const remembering = <T extends { query: unknown }>(target: T): T => new Proxy(target, {
    get(on, name) {
      const value = Reflect.get(on, name) as unknown
      if (typeof value !== 'function') return value
      if (name === 'connect') return async () => remembering(await pool.connect())
      if (name !== 'query') return value.bind(on) as unknown
      return (text: string, values?: unknown[]) => {
        if (!/^(BEGIN|ROLLBACK)/.test(text)) queries.push(text)
        return (value as (text: string, values?: unknown[]) => unknown).call(on, text, values)
      }
    },
  })
  return remembering(pool)
}

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  return (await response.json()) as Answer
}
const dataOf = async (query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
  const { data, errors } = await ask(query, variables)
  expect(errors).toBeUndefined()
  return data as Record<string, unknown>
}

describe('questions', () => {
  test('the round table is what the validators say, and empty where nobody asks them', async () => {
    const query = '{ roundTable { name view leader highQcView highQcHeight committedHeight score isJailed peers { name isConnected lastSeenAt view } } }'
    expect(await executeQuery(sources, query)).toEqual({ data: { roundTable: [] } })
    const peer = { name: 'v1', isConnected: true, lastSeenAt: new Date(T0), view: 7, committedHeight: 5, points: 0, cutOffForMs: 0 }
    const seat = {
      name: 'v0', validatorId: 'ab'.repeat(32), isUp: true, view: 8, leader: 'v1', highQcView: 7, highQcHeight: 6, committedHeight: 5, stateRoot: null,
      viewChanges: 0, score: 100, isJailed: false, halted: null, refusedMessages: 0, peers: [peer],
    }
    const { data, errors } = await executeQuery({ ...sources, roundTable: () => Promise.resolve([seat]) }, query)
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({ roundTable: [{ name: 'v0', leader: 'v1', highQcHeight: 6, peers: [{ name: 'v1', isConnected: true, lastSeenAt: new Date(T0).toISOString(), view: 7 }] }] })
  })

  test('an anomaly has its lifecycle with durations, evidence and validator', async () => {
    expect(await dataOf('query ($id: ID!) { anomaly(id: $id) { id state type severity producerId txIndex lifecycle { state at durationMs evidence validator { name } reason } block { height } } }', { id: anomalyId('a') })).toEqual({
      anomaly: {
        id: anomalyId('a'), state: 'COMMITTED', type: 'ddos', severity: 8, producerId: PRODUCER, txIndex: 0, block: { height: 1 },
        lifecycle: [
          { state: 'PUBLISHED', at: new Date(T0 + 1000).toISOString(), durationMs: null, evidence: 'MESSAGE', validator: null, reason: null },
          { state: 'ADMITTED', at: new Date(T0 + 2000).toISOString(), durationMs: 1000, evidence: 'RECEIPT', validator: { name: 'validator-0' }, reason: null },
          { state: 'COMMITTED', at: new Date(T0 + 4000).toISOString(), durationMs: 2000, evidence: 'BLOCK', validator: null, reason: null },
        ],
      },
    })
  })

  test('a rejected anomaly names the validators behind it and the reason; a late commit shows the timeout before it', async () => {
    const query = 'query ($id: ID!) { anomaly(id: $id) { rejectCode lifecycle { state evidence validator { id } reason } } }'
    expect(await dataOf(query, { id: anomalyId('b') })).toMatchObject({
      anomaly: { rejectCode: 'INVALID_SIGNATURE', lifecycle: [{ state: 'PUBLISHED' }, { state: 'REJECTED', evidence: 'RECEIPTS', validator: { id: VALIDATORS[0] }, reason: 'INVALID_SIGNATURE' }] },
    })
    expect(await dataOf(query, { id: anomalyId('c') })).toMatchObject({
      anomaly: { lifecycle: [{ state: 'PUBLISHED' }, { state: 'TIMEOUT', evidence: 'CLOCK', reason: 'no progress for 30000 ms' }, { state: 'COMMITTED', evidence: 'BLOCK' }] },
    })
  })

  test('what is not there is null', async () => {
    expect(await dataOf(`{ anomaly(id: "${anomalyId('nobody')}") { id } block(height: 99) { hash } }`)).toEqual({ anomaly: null, block: null })
  })

  test('counts add up, and timelines count everything that ever passed a state', async () => {
    const { counts, ...timelines } = await dataOf(`{ counts { published admitted committed rejected timeout expired inFlight }
      published: timelineCount(state: PUBLISHED) timeout: timelineCount(state: TIMEOUT) committed: timelineCount(state: COMMITTED) }`)
    expect(counts).toEqual({ published: 5, admitted: 2, committed: 2, rejected: 1, timeout: 0, expired: 1, inFlight: 1 })
    expect(timelines).toEqual({ published: 5, timeout: 1, committed: 2 })
  })

  test('a block has its transactions with anomalies and its proposer', async () => {
    expect(await dataOf('{ block(height: 1) { height hash txCount certificateSigners proposer { name } transactions { index status code anomalyId anomaly { state } } } }')).toEqual({
      block: {
        height: 1, hash: hash('block/1'), txCount: 1, certificateSigners: 2, proposer: { name: 'validator-1' },
        transactions: [{ index: 0, status: 'success', code: null, anomalyId: anomalyId('a'), anomaly: { state: 'COMMITTED' } }],
      },
    })
  })

  test('validators, state root, audit root, positions and lag are there', async () => {
    expect(await dataOf('{ validators { name blocksProposed blocksVoted lastSeenAt } stateRoot { height root } auditRoot { size } logPosition projections { name version position lagEvents lagMs } }')).toEqual({
      validators: [
        { name: 'validator-0', blocksProposed: 1, blocksVoted: 3, lastSeenAt: new Date(T0 + 36_000).toISOString() },
        { name: 'validator-1', blocksProposed: 2, blocksVoted: 2, lastSeenAt: new Date(T0 + 36_000).toISOString() },
      ],
      stateRoot: { height: 3, root: hash('state/3') }, auditRoot: { size: SAMPLE.length }, logPosition: SAMPLE.length,
      projections: harness.projections.map(({ name, version }) => ({ name, version, position: SAMPLE.length, lagEvents: 0, lagMs: 0 })),
    })
  })

  test('producers, proofs against validators and their standings are there', async () => {
    expect(await dataOf('{ producers { id committed refused { code count } reputation } evidence { kind view offender { name } block { height } } validators { name reputation isJailed failures evidenceCount } }')).toEqual({
      producers: [{ id: PRODUCER, committed: 2, refused: [], reputation: 100 }], evidence: [],
      validators: ['validator-0', 'validator-1'].map((name) => ({ name, reputation: 100, isJailed: false, failures: 0, evidenceCount: 0 })),
    })
  })

  test('calibration rows say what the detector said and what became of it, and a refusal is no label', async () => {
    const { calibrationRows } = await dataOf(`{ calibrationRows(first: 2, after: "${Buffer.from('2:calibration:10:').toString('base64url')}") {
      nodes { anomalyId position authentic decision outcome reason label confidence features { name value } engineScores { engine } blockHeight settledAt } pageInfo { hasNextPage } } }`)
    const said = { decision: 'publish', label: null, confidence: 0.93, features: [], engineScores: [] }
    expect(calibrationRows).toEqual({
      nodes: [
        { ...said, anomalyId: anomalyId('c'), position: 4, authentic: true, outcome: 'COMMITTED', reason: null, blockHeight: 3, settledAt: new Date(T0 + 36_000).toISOString() },
        { ...said, anomalyId: anomalyId('b'), position: 3, authentic: false, outcome: 'REJECTED', reason: 'INVALID_SIGNATURE', blockHeight: null, settledAt: new Date(T0 + 3000).toISOString() },
      ],
      pageInfo: { hasNextPage: true },
    })
  })

  test('hours say how many came to each state and why, for all or for one producer', async () => {
    const hour = new Date(Math.floor(T0 / 3_600_000) * 3_600_000).toISOString()
    const of = (state: string, count: number, reason: string | null = null): unknown => ({ state, reason, count })
    const states = [of('ADMITTED', 2), of('COMMITTED', 2), of('EXPIRED', 1, 'NOT_COMMITTED'), of('PUBLISHED', 5), of('REJECTED', 1, 'INVALID_SIGNATURE'), of('TIMEOUT', 1, 'NOT_ADMITTED')]
    expect(await dataOf('{ hours { hour byReason { state reason count } } }')).toEqual({ hours: [{ hour, byReason: states }] })
    const own = states.filter((one) => (one as { state: string }).state !== 'REJECTED').map((one) => ((one as { state: string }).state === 'PUBLISHED' ? of('PUBLISHED', 4) : one))
    expect(await dataOf(`{ hours(first: 1, producer: "${PRODUCER}") { byReason { state reason count } } }`)).toEqual({ hours: [{ byReason: own }] })
    expect(await dataOf(`{ hours(before: "${hour}") { hour } }`)).toEqual({ hours: [] })
  })

  test('a network without faults has no changes of reputation', async () => {
    expect(await dataOf('{ policies { nodes { policyId outcome } } rules { height models registry { isClosed models { modelHash } } policies { policyId } thresholds { kind value } } }'))
      .toEqual({ policies: { nodes: [] }, rules: { height: 4, models: null, registry: { isClosed: false, models: [] }, policies: [], thresholds: [] } })
    expect(await dataOf(`{ reputationChanges(subject: "${VALIDATORS[0]}") { nodes { kind before after reason blockHeight } } }`)).toEqual({ reputationChanges: { nodes: [] } })
  })

  test('filters by state, type, severity, producer and time', async () => {
    const ids = async (filter: string): Promise<unknown> => {
      const { anomalies } = (await dataOf(`{ anomalies(filter: { ${filter} }) { nodes { id } } }`)) as { anomalies: { nodes: { id: string }[] } }
      return anomalies.nodes.map(({ id }) => id)
    }
    const named = (...names: string[]): string[] => names.map(anomalyId)
    expect(await ids('state: COMMITTED')).toEqual(named('c', 'a'))
    expect(await ids('type: "port_scan"')).toEqual(named('b'))
    expect(await ids('severity: 5')).toEqual(named('e', 'd', 'c', 'a'))
    expect(await ids(`producer: "${'0'.repeat(64)}"`)).toEqual([])
    expect(await ids(`producer: "${PRODUCER}", state: PUBLISHED`)).toEqual(named('e'))
    expect(await ids('source: "detector-1", type: "ddos"')).toEqual(named('e', 'd', 'c', 'a'))
    expect(await ids('source: "nobody"')).toEqual([])
    expect(await ids('reason: "INVALID_SIGNATURE"')).toEqual(named('b'))
    expect(await ids('reason: "NOT_COMMITTED"')).toEqual(named('d'))
    expect(await ids('reason: "NOT_ADMITTED"')).toEqual([])
    expect(await ids('sourceAddress: "192.0.2.7"')).toEqual([])
    expect(await ids(`since: "${new Date(T0 + 2000).toISOString()}", until: "${new Date(T0 + 401_000).toISOString()}"`)).toEqual(named('d', 'c'))
  })
})

describe('pages', () => {
  type Page = { nodes: { height: number }[]; edges: { cursor: string }[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string } }
  const page = async (args: string): Promise<Page> => {
    const { blocks } = (await dataOf(`{ blocks(${args}) { nodes { height } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`)) as { blocks: Page }
    return blocks
  }
  const heights = ({ nodes }: Page): number[] => nodes.map(({ height }) => height)

  test('go forward from the newest with first and after', async () => {
    const one = await page('first: 2')
    expect(heights(one)).toEqual([3, 2])
    expect(one.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    const two = await page(`first: 2, after: "${one.pageInfo.endCursor}"`)
    expect(heights(two)).toEqual([1])
    expect(two.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  test('go backward with last and before, closest to the cursor last', async () => {
    const one = await page('last: 2')
    expect(heights(one)).toEqual([2, 1])
    expect(one.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    const two = await page(`last: 2, before: "${one.pageInfo.startCursor}"`)
    expect(heights(two)).toEqual([3])
    expect(two.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  })

  test('that are empty have no cursors', async () => {
    const all = await page('first: 10')
    const beyond = await page(`first: 5, after: "${all.pageInfo.endCursor}"`)
    expect(beyond).toEqual({ nodes: [], edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null } })
  })

  test.each([
    ['blocks(first: 0) { nodes { height } }', 'first'], ['blocks(first: 201) { nodes { height } }', 'first'], ['blocks(first: 1, last: 1) { nodes { height } }', 'last'],
    ['blocks(after: "nonsense") { nodes { height } }', 'after'], ['blocks(before: "Mjphbm9tYWx5OjM6") { nodes { height } }', 'before'],
    ['hours(first: 745) { hour }', 'first'], ['hours(producer: "xyz") { hour }', 'producer'], ['reputationChanges(subject: "me") { nodes { before } }', 'subject'], ['rules(height: 0) { height }', 'height'],
    ['anomaly(id: "NOT-A-UUID") { id }', 'id'], ['anomalies(filter: { severity: 11 }) { nodes { id } }', 'filter.severity'],
    ['anomalies(filter: { producer: "xyz" }) { nodes { id } }', 'filter.producer'],
    ['anomalies(filter: { since: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" }) { nodes { id } }', 'filter.until'],
  ])('%s names the argument that is wrong', async (selection, field) => {
    const { errors } = await ask(`{ ${selection} }`)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field })
    expect(errors?.[0]?.message).toContain(field)
  })

  test('wrong times and numbers are refused with what is expected', async () => {
    expect((await ask('{ anomalies(filter: { since: "yesterday" }) { nodes { id } } }')).errors?.[0]).toMatchObject({ message: expect.stringContaining('RFC 3339') as string, extensions: { code: 'BAD_USER_INPUT' } })
    expect((await ask('{ block(height: -1) { hash } }')).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  })
})

describe('limits', () => {
  test('one query a level, however many rows', async () => {
    queries.length = 0
    await dataOf('{ anomalies { nodes { id block { height proposer { name } transactions { anomaly { id lifecycle { validator { name } } } } } } } }')
    expect(queries.length).toBe(5)
  })

  test('a query that is too deep is refused before anything is read', async () => {
    queries.length = 0
    let query = 'id'
    for (let i = 0; i < 5; i++) query = `block { transactions { anomaly { ${query} } } }`
    const { errors } = await ask(`{ anomaly(id: "${anomalyId('a')}") { ${query} } }`)
    expect(errors?.[0]?.extensions.code).toBe('QUERY_TOO_DEEP')
    expect(queries).toEqual([])
  })

  test('a query that is too costly is refused, also through fragments', async () => {
    const { errors } = await ask(`fragment F on Block { transactions { anomaly { lifecycle { state at reason } } } }
      { a: blocks(first: 200) { nodes { ...F } } b: blocks(first: 200) { nodes { ...F } } c: blocks(first: 200) { nodes { ...F } }
        d: blocks(first: 200) { nodes { ...F } } e: blocks(first: 200) { nodes { ...F } } f: blocks(first: 200) { nodes { ...F } } }`)
    expect(errors?.[0]?.extensions.code).toBe('QUERY_TOO_COSTLY')
  })

  test('fragments in a circle are refused', async () => {
    const { errors } = await ask('fragment F on Block { proposerId ...G } fragment G on Block { hash ...F } { block(height: 1) { ...F } }')
    expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('a text of too many tokens and a body of too many bytes are refused', async () => {
    expect((await ask(`{ ${'logPosition '.repeat(3000)} }`)).errors?.[0]?.message).toMatch(/token/)
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(20 * 1024 * 1024) })
    expect(response.status).toBe(413)
  })

  test('introspection works, for tools', async () => {
    expect(await dataOf('{ __schema { types { fields { type { ofType { ofType { ofType { ofType { name } } } } } } } } }')).toBeDefined()
  })
})

describe('the server', () => {
  test('gives the status document', async () => {
    const response = await fetch(`${api.url}/status`)
    expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([200, 'application/json; charset=utf-8', { mode: 'test' }])
  })

  test('answers GET and shows GraphiQL to browsers', async () => {
    expect(await (await fetch(`${api.url}/graphql?query={logPosition}`)).json()).toEqual({ data: { logPosition: SAMPLE.length } })
    expect(await (await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } })).text()).toContain('<html')
    expect((await fetch(`${api.url}/nowhere`)).status).toBe(404)
    expect((await fetch(`${api.url}/status`, { method: 'POST' })).status).toBe(405)
  })

  test('refuses a request that a stranger\'s name led here', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${api.url}/status`, { headers: { host: 'evil.example' } }, (response) => { response.resume(); resolve(response.statusCode) }).on('error', reject).end()
    })
    expect(status).toBe(421)
  })

  test('listens beyond this machine only with authentication', async () => {
    const options = { port: 0, sources, status: () => ({}) }
    await expect(startApi({ ...options, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'NOT_LOOPBACK', field: 'host' })
  })

  test('says what to do when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startApi({ host: '127.0.0.1', port, sources, status: () => ({}) })).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining('--api-port') as string })
    other.close()
  })

  test('masks what went wrong inside and reports it', async () => {
    const broken: ApiSources = { ...sources, log: { length: () => Promise.reject(new Error('secret detail')) } }
    const server = await startApi({ host: '127.0.0.1', port: 0, sources: broken, status: () => ({}), onError: (error) => reported.push(error) })
    const answer = await (await fetch(`${server.url}/graphql?query={logPosition}`)).json() as Answer
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(answer.errors?.[0]).toMatchObject({ message: expect.stringContaining('internal error') as string, path: ['logPosition'], extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    expect(String(reported.at(-1))).toContain('secret detail')
    await server.close()
    await server.close()
  })

  test('says when no projector has made the read models yet', async () => {
    const empty = await postgres.createDatabase()
    const result = await executeQuery({ ...sources, sql: empty }, '{ counts { published } }')
    expect(result.errors?.[0]).toMatchObject({ message: expect.stringContaining('start a projector') as string, extensions: { code: 'UNAVAILABLE' } })
  })

  test('says when the read models cannot be reached', async () => {
    const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const result = await executeQuery({ ...sources, log: { length: () => Promise.reject(gone) } }, '{ logPosition }')
    expect(result.errors?.[0]).toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  })
})

describe('a query without HTTP', () => {
  test('gives the same answer, takes variables and keeps the limits', async () => {
    expect(await executeQuery(sources, 'query ($h: Long!) { block(height: $h) { hash } }', { h: 1 })).toMatchObject({ data: { block: { hash: hash('block/1') } } })
    expect((await executeQuery(sources, '{ nonsense }')).errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
    expect((await executeQuery(sources, '{ block(')).errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })
    expect((await executeQuery(sources, '{ blocks(first: 999) { nodes { height } } }')).errors?.[0]).toMatchObject({ extensions: { field: 'first' } })
  })

  test('walks all pages of many anomalies without losing or doubling one', async () => {
    await appendSample(harness.log, longHistory(120).slice(2).filter(({ type }) => type !== 'BlockCommitted'), 10_000)
    await harness.catchUp()
    const seen: string[] = []
    let after: string | null = null
    for (;;) {
      const { data } = await executeQuery(sources, 'query ($after: String) { anomalies(first: 33, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }', { after }) as unknown as
        { data: { anomalies: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } }
      seen.push(...data.anomalies.nodes.map(({ id }) => id))
      after = data.anomalies.pageInfo.endCursor
      if (!data.anomalies.pageInfo.hasNextPage) break
    }
    expect(seen).toHaveLength(125)
    expect(new Set(seen).size).toBe(125)
  })
})
