import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeQc } from '../domain/certificate.js'
import { asEpoch, asHeight, asView, type BlockHash } from '../domain/ids.js'
import { messageWith } from '../projections/testing/random-log.js'
import { anomalyId, block, committed, hash, published, PRODUCER, reported, reportId, SAMPLE, VALIDATORS } from '../projections/testing/sample-log.js'
import { startTestApi, type TestApi } from './testing/api.js'

let api: TestApi
const message = messageWith(JSON.stringify({ src_ip: '192.0.2.7' }))
const signatures = [0, 1].map((index) => ({ index, signature: new Uint8Array(64).fill(index) }))
const certificate = Buffer.from(encodeQc({
  data: { epoch: asEpoch(0), view: asView(14), height: asHeight(4), blockHash: hash('block/4') as unknown as BlockHash, parentView: asView(13), commit: undefined }, signatures,
})).toString('base64')

beforeAll(async () => {
  api = await startTestApi({}, { validatorSet: VALIDATORS })
  const four = block(4, ['f'], 502)
  if (four.type !== 'BlockCommitted') throw new Error('no block')
  await api.append([published('f', 500, { message }), { type: 'BlockCommitted', data: { ...four.data, certificate } }, committed('f', 4, 0, 502), reported('pcap', ['f'], 4, 503)], 100)
})
afterAll(() => api.stop())

const dataOf = async <T>(query: string, variables: Record<string, unknown> = {}): Promise<T> => {
  const { data, errors } = await api.ask(query, variables)
  expect(errors).toBeUndefined()
  return data as T
}

describe('node', () => {
  const query = 'query ($id: ID!) { node(id: $id) { __typename id ... on Block { height } ... on Transaction { anomalyId } ... on Validator { name } } }'
  test.each([
    ['an anomaly', anomalyId('a'), { __typename: 'Anomaly' }], ['a block', 'block:2', { __typename: 'Block', height: 2 }],
    ['a transaction', 'transaction:1:0', { __typename: 'Transaction', anomalyId: anomalyId('a') }], ['a validator', VALIDATORS[1], { __typename: 'Validator', name: 'validator-1' }],
    ['a producer', PRODUCER, { __typename: 'Producer' }], ['a report', reportId('pcap'), { __typename: 'EvidenceReport' }],
  ])('finds %s', async (_, id, expected) => {
    expect(await dataOf(query, { id })).toEqual({ node: { id, ...expected } })
  })

  test.each([anomalyId('nobody'), 'block:99', 'transaction:1:9', '0'.repeat(64)])('has nothing for %s', async (id) => {
    expect(await dataOf(query, { id })).toEqual({ node: null })
  })

  test('refuses what is no id, and too many', async () => {
    expect((await api.ask(query, { id: 'block:one' })).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' })
    expect((await api.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array.from({ length: 101 }, () => 'block:1') })).errors?.[0]?.extensions).toMatchObject({ field: 'ids' })
  })

  test('every id that a type gives leads back to it', async () => {
    const { blocks } = await dataOf<{ blocks: { nodes: { id: string; transactions: { id: string }[] }[] } }>('{ blocks { nodes { id transactions { id } } } }')
    const ids = blocks.nodes.flatMap(({ id, transactions }) => [id, ...transactions.map((one) => one.id)])
    expect(await dataOf('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toEqual({ nodes: ids.map((id) => ({ id })) })
  })
})

describe('a life', () => {
  test('says who signed each step, how long each stage took and why it ended, as a code', async () => {
    const query = 'query ($id: ID!) { anomaly(id: $id) { sourceAddress durations { admissionMs commitMs totalMs } lifecycle { state signers { name } reasonCode } } }'
    const signers = [{ name: 'validator-0' }, { name: 'validator-1' }]
    expect(await dataOf(query, { id: anomalyId('f') })).toEqual({ anomaly: {
      sourceAddress: '192.0.2.7', durations: { admissionMs: null, commitMs: null, totalMs: 2000 },
      lifecycle: [{ state: 'PUBLISHED', signers: [], reasonCode: null }, { state: 'COMMITTED', signers, reasonCode: null }],
    } })
    expect(await dataOf(query, { id: anomalyId('b') })).toMatchObject({ anomaly: { sourceAddress: null, lifecycle: [{ state: 'PUBLISHED' }, { state: 'REJECTED', signers, reasonCode: 'INVALID_SIGNATURE' }] } })
    expect(await dataOf(query, { id: anomalyId('d') })).toMatchObject({ anomaly: {
      durations: { admissionMs: 1000, commitMs: null, totalMs: 367_000 }, lifecycle: [{}, { state: 'ADMITTED', signers: [{ name: 'validator-0' }] }, { state: 'EXPIRED', reasonCode: 'NOT_COMMITTED' }],
    } })
  })

  test('is found by the address that the detector accuses, at the position of the rows that know it', async () => {
    const answer = await api.ask('{ anomalies(filter: { sourceAddress: "192.0.2.7" }) { nodes { id } } }')
    expect(answer).toMatchObject({ data: { anomalies: { nodes: [{ id: anomalyId('f') }] } }, extensions: { positions: { blocks: SAMPLE.length + 4, calibration: SAMPLE.length + 4 } } })
    for (const [filter, field] of [['sourceAddress: "here"', 'sourceAddress'], ['reason: "WHY"', 'reason'], [`source: "${'x'.repeat(257)}"`, 'source']]) {
      expect((await api.ask(`{ anomalies(filter: { ${filter} }) { nodes { id } } }`)).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: `filter.${field}` })
    }
  })
})

describe('pages', () => {
  type Page = { anomalies: { nodes: { id: string }[]; pageInfo: { startCursor: string; endCursor: string; position: number; hasPreviousPage: boolean } } }
  const fields = '{ nodes { id } pageInfo { startCursor endCursor position hasPreviousPage } }'

  test('stay at the position of the first one: what is published later is on none of them', async () => {
    const { anomalies: first } = await dataOf<Page>(`{ anomalies(first: 2) ${fields} }`)
    const position = SAMPLE.length + 4
    expect(first.pageInfo.position).toBe(position)
    await api.append([published('g', 600), published('h', 601)], 200)
    const { anomalies: second } = await dataOf<Page>(`query ($after: String) { anomalies(first: 2, after: $after) ${fields} }`, { after: first.pageInfo.endCursor })
    expect(second.nodes.map(({ id }) => id)).toEqual([anomalyId('d'), anomalyId('c')])
    expect(second.pageInfo.position).toBe(position)
    // Backwards beyond the first page there would now be two more.
    const { anomalies: back } = await dataOf<Page>(`query ($before: String) { anomalies(last: 5, before: $before) ${fields} }`, { before: second.pageInfo.startCursor })
    expect(back.nodes).toEqual(first.nodes)
    expect(back.pageInfo.hasPreviousPage).toBe(false)
    const { anomalies: fresh } = await dataOf<Page>(`{ anomalies(first: 1) ${fields} }`)
    expect(fresh).toMatchObject({ nodes: [{ id: anomalyId('h') }], pageInfo: { position: position + 2 } })
  })

  test('refuse a cursor of a position that is still to come, and two of different walks', async () => {
    const cursor = (pin: number): string => Buffer.from(`2:anomaly:3:${pin}`).toString('base64url')
    expect((await api.ask(`{ anomalies(after: "${cursor(999)}") { nodes { id } } }`)).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_YET', minPosition: 999 })
    expect((await api.ask(`{ anomalies(after: "${cursor(5)}", before: "${cursor(6)}") { nodes { id } } }`)).errors?.[0]?.extensions).toMatchObject({ field: 'before' })
  })
})

test('every filter and every list seeks on an index', async () => {
  const { rows } = await api.harness.sql.query<{ name: string }>("SELECT indexname AS name FROM pg_indexes WHERE tablename IN ('anomalies', 'calibration_rows') ORDER BY indexname")
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining([
    'anomalies_by_producer', 'anomalies_by_publication', 'anomalies_by_reason', 'anomalies_by_source', 'anomalies_by_state', 'anomalies_by_time', 'anomalies_by_type', 'calibration_by_source_address']))
})

test('dead letters of read models are listed, and none of one that is not there', async () => {
  const version = api.harness.projections.find(({ name }) => name === 'audit')?.version
  await api.harness.sql.query("INSERT INTO projection_dead_letters (name, version, position, event_type, error, recorded_at) VALUES ('audit', $1, 3, 'AnomalyPublished', 'made up', now())", [version])
  const query = 'query ($projection: String) { deadLetters(projection: $projection) { projection position eventType error attempts firstAt } }'
  expect(await dataOf(query)).toMatchObject({ deadLetters: [{ projection: 'audit', position: 3, eventType: 'AnomalyPublished', error: 'made up', attempts: 1 }] })
  expect(await dataOf(query, { projection: 'blocks' })).toEqual({ deadLetters: [] })
  expect((await api.ask(query, { projection: 'nothing' })).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'projection' })
})
