import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DomainEvent } from '../../domain/events/schema.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { listCalibrationRows, listNewestCalibrationRows } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { messageWith } from '../testing/random-log.js'
import {
  admitted, ANALYSTS, anomalyId, appendSample, at, block, committed, hash, judged, PRODUCER, published, rejected, reported, reportId, SAMPLE, timedOut,
} from '../testing/sample-log.js'

let postgres: TestPostgres
let harness: ProjectionHarness
const message = messageWith(JSON.stringify({ src_ip: '192.0.2.7', features: { syn: 12 }, final_score: 0.91, scores: { 'rules/syn-flood': { score: 1, threshold: 0.5, fired: true } } }))
const LATER: readonly DomainEvent[] = [
  published('full', 500, { message }), admitted('full', 501), block(4, ['full'], 502), committed('full', 4, 0, 502),
  published('refused', 600), rejected('refused', 601), block(5, ['refused'], 602), committed('refused', 5, 0, 602),
  published('late', 700), timedOut('late', 730),
]
beforeAll(async () => {
  postgres = await startTestPostgres()
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await appendSample(harness.log, LATER, 100)
  await harness.catchUp()
})
afterAll(async () => {
  await harness.close()
  await postgres.stop()
})

describe('calibration rows', () => {
  test('hold what the detector said, what became of it, and where that is proven', async () => {
    const [row] = (await listNewestCalibrationRows(harness.sql, { limit: 3 })).slice(2)
    expect(row).toEqual({
      anomalyId: anomalyId('full'), position: SAMPLE.length, updatedPosition: SAMPLE.length + 3, authentic: true, producerId: PRODUCER, source: 'detector-1', signScheme: 'v1',
      messageHash: hash('message/full'), contentHash: hash('content/full'), type: 'ddos', severity: 8, features: { syn: 12 }, featureCount: 1,
      engineScores: { 'rules/syn-flood': { score: 1, threshold: 0.5, fired: true } }, rawScore: 0.91, logLikelihoodRatio: null, calibratedScore: null, confidence: 0.93,
      modelVersion: '1.0.0', modelHash: null, decision: 'publish', sourceAddress: '192.0.2.7', outcome: 'COMMITTED', reason: null, verdicts: [], label: null,
      detectedAt: new Date(at(500)), publishedAt: new Date(at(500)), admittedAt: new Date(at(501)), settledAt: new Date(at(502)), blockHeight: 4, txIndex: 0, txHash: hash('tx/full'),
    })
  })

  test('say how each life ended and why, and never take that for truth', async () => {
    const rows = await listCalibrationRows(harness.sql, { limit: 100 })
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['COMMITTED', null], ['REJECTED', 'INVALID_SIGNATURE'], ['COMMITTED', null], ['EXPIRED', 'NOT_COMMITTED'], [null, null],
      ['COMMITTED', null], ['COMMITTED', null], ['TIMEOUT', 'NOT_ADMITTED'],
    ])
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set([null]))
    expect(rows.flatMap(({ verdicts }) => verdicts)).toEqual([])
  })

  test('come in time order, page after page, each once', async () => {
    const all = (await listCalibrationRows(harness.sql, { limit: 100 })).map(({ position }) => position)
    expect(all).toEqual([...all].sort((a, b) => a - b))
    const paged: number[] = []
    for (;;) {
      const after = paged.at(-1)
      const page = await listCalibrationRows(harness.sql, { limit: 3, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      paged.push(...page.map(({ position }) => position))
    }
    expect(paged).toEqual(all)
  })
})

describe('verdicts on calibration rows', () => {
  const GIVEN: readonly DomainEvent[] = [
    judged('v1', 'full', 'true_positive', 0, 6, 800), judged('v2', 'full', 'false_positive', 1, 7, 801),
    judged('refused', 'late', 'benign', 0, 8, 802), reported('pcap', ['full'], 9, 803),
  ]
  const rowOf = async (name: string) => (await listCalibrationRows(harness.sql, { limit: 100 })).find((row) => row.anomalyId === anomalyId(name))

  test('are all that makes a label, and only where analysts agree', async () => {
    const [first, second, refusal, evidence] = GIVEN as [DomainEvent, DomainEvent, DomainEvent, DomainEvent]
    await appendSample(harness.log, [first], 200)
    await harness.catchUp()
    expect(await rowOf('full')).toMatchObject({ label: 'true_positive', verdicts: [{ verdict: 'true_positive', reportId: reportId('v1'), reporterId: ANALYSTS[0] }], outcome: 'COMMITTED' })
    const failed: DomainEvent = { type: 'ReportRecorded', data: { ...(refusal as Extract<DomainEvent, { type: 'ReportRecorded' }>).data, outcome: { kind: 'failed', code: 'UNKNOWN_REFERENCE' } } }
    await appendSample(harness.log, [second, failed, evidence], 201)
    await harness.catchUp()
    expect(await rowOf('full')).toMatchObject({ label: null, verdicts: [{ reporterId: ANALYSTS[0] }, { reporterId: ANALYSTS[1] }] })
    expect(await rowOf('late')).toMatchObject({ label: null, verdicts: [] })
  })

  test('lose their place to the one that supersedes them', async () => {
    await appendSample(harness.log, [judged('v3', 'full', 'false_positive', 0, 10, 810, { supersedes: 'v1' })], 210)
    await harness.catchUp()
    const row = await rowOf('full')
    expect(row).toMatchObject({ label: 'false_positive', reason: null, admittedAt: new Date(at(501)) })
    expect(row?.verdicts.map((verdict) => verdict.reportId)).toEqual([reportId('v2'), reportId('v3')])
  })
})
