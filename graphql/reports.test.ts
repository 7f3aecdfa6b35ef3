import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../platform/postgres/testing/test-database.js'
import { createHarness, type ProjectionHarness } from '../projections/testing/harness.js'
import { ANALYSTS, anomalyId, appendSample, at, hash, judged, PRODUCER, reported, reportId } from '../projections/testing/sample-log.js'
import { executeQuery } from './index.js'

describe('evidence and verdicts in GraphQL', () => {
  let postgres: TestPostgres
  let harness: ProjectionHarness
  beforeAll(async () => {
    postgres = await startTestPostgres()
    harness = await createHarness(postgres)
    await appendSample(harness.log)
    await appendSample(harness.log, [
      reported('pcap', ['a', 'c'], 1, 500), judged('one', 'a', 'true_positive', 0, 2, 501, { notes: 'seen' }), judged('two', 'c', 'duplicate', 1, 3, 502, { duplicateOf: 'a' }),
      judged('three', 'a', 'benign', 0, 3, 503, { supersedes: 'one' }), reported('lost', ['a'], 3, 504, { outcome: { kind: 'failed', code: 'UNKNOWN_REFERENCE' } }),
    ], 100)
    await harness.catchUp()
  })
  afterAll(async () => {
    await harness.close()
    await postgres.stop()
  })
  const ask = async (query: string) => executeQuery({ sql: harness.sql, timelines: harness.timelines, log: harness.log, projections: harness.projections }, query)

  test('an anomaly has the verdicts on it, superseded ones too, and the evidence that names it', async () => {
    const { data, errors } = await ask(`{ anomaly(id: "${anomalyId('a')}") {
      verdicts { id verdict reporterId incidentId notes givenAt supersedes supersededBy block { height } }
      evidence { id type reporterId custody { actorId handedOnAt } verdict { id } status blockHeight } } }`)
    expect(errors).toBeUndefined()
    const verdict = { reporterId: ANALYSTS[0], incidentId: 'incident a' }
    expect(data).toEqual({ anomaly: {
      verdicts: [
        { ...verdict, id: reportId('three'), verdict: 'BENIGN', notes: null, givenAt: new Date(at(503)).toISOString(), supersedes: reportId('one'), supersededBy: null, block: { height: 3 } },
        { ...verdict, id: reportId('one'), verdict: 'TRUE_POSITIVE', notes: 'seen', givenAt: new Date(at(501)).toISOString(), supersedes: null, supersededBy: reportId('three'), block: { height: 2 } },
      ],
      evidence: [{
        id: reportId('pcap'), type: 'pcap', reporterId: PRODUCER, verdict: null, status: 'success', blockHeight: 1,
        custody: [{ actorId: hash('sensor'), handedOnAt: new Date(at(490)).toISOString() }, { actorId: PRODUCER, handedOnAt: new Date(at(500)).toISOString() }],
      }],
    } })
  })

  test('all reports come newest first, page by page, also those that failed', async () => {
    const { data } = await ask('{ evidenceReports(first: 2) { nodes { id status code verdict { verdict } } pageInfo { hasNextPage endCursor } } }')
    const { evidenceReports } = data as { evidenceReports: { nodes: unknown; pageInfo: { hasNextPage: boolean; endCursor: string } } }
    expect(evidenceReports).toMatchObject({ pageInfo: { hasNextPage: true }, nodes: [
      { id: reportId('lost'), status: 'failed', code: 'UNKNOWN_REFERENCE', verdict: null }, { id: reportId('three'), status: 'success', code: null, verdict: { verdict: 'BENIGN' } },
    ] })
    const next = await ask(`{ evidenceReports(first: 5, after: "${evidenceReports.pageInfo.endCursor}") { nodes { id } pageInfo { hasNextPage } } }`)
    expect(next.data).toEqual({ evidenceReports: { nodes: ['two', 'one', 'pcap'].map((name) => ({ id: reportId(name) })), pageInfo: { hasNextPage: false } } })
  })

  test.each<[string, readonly string[]]>([
    [`anomaly: "${anomalyId('c')}"`, ['two', 'pcap']], [`type: "pcap"`, ['lost', 'pcap']], [`reporter: "${ANALYSTS[1]}"`, ['two']],
    [`type: "verdict", reporter: "${ANALYSTS[0]}"`, ['three', 'one']],
  ])('those with %s', async (filter, names) => {
    expect((await ask(`{ evidenceReports(filter: { ${filter} }) { nodes { id } } }`)).data).toEqual({ evidenceReports: { nodes: names.map((name) => ({ id: reportId(name) })) } })
  })

  test.each([['anomaly: "x"', 'filter.anomaly'], ['reporter: "me"', 'filter.reporter']])('a filter %s is refused by its name', async (filter, field) => {
    expect((await ask(`{ evidenceReports(filter: { ${filter} }) { nodes { id } } }`)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field } })
  })

  test('calibration rows and transactions show them', async () => {
    const { rows } = await harness.sql.query('SELECT custody_chain FROM transactions WHERE block_height = 1')
    expect(rows).toEqual([{ custody_chain: [{ actor: hash('sensor'), at: new Date(at(490)).toISOString() }, { actor: PRODUCER, at: new Date(at(500)).toISOString() }] }])
    const { data } = await ask('{ calibrationRows(first: 5) { nodes { anomalyId label verdicts { id verdict reporterId } } } }')
    const { nodes } = (data as { calibrationRows: { nodes: { anomalyId: string }[] } }).calibrationRows
    expect(nodes.find((node) => node.anomalyId === anomalyId('a'))).toEqual({ anomalyId: anomalyId('a'), label: 'benign', verdicts: [{ id: reportId('three'), verdict: 'BENIGN', reporterId: ANALYSTS[0] }] })
    expect(nodes.find((node) => node.anomalyId === anomalyId('c'))).toMatchObject({ label: null, verdicts: [{ verdict: 'DUPLICATE' }] })
  })
})
