import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { historyAppends } from '../../bench/log/history.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import { asPosition, type AnomalyId } from '../../domain/ids.js'
import { anomalyId, appendSample, committed, judged, published, reported, reportId, SAMPLE } from '../testing/sample-log.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { buildModel } from './build-model.js'
import { applyToModel, emptyModel } from './model.js'

describe('read models in memory', () => {
  let postgres: TestPostgres
  let harness: ProjectionHarness
  beforeAll(async () => {
    postgres = await startTestPostgres()
    harness = await createHarness(postgres)
    for (const appends of historyAppends(1000, 1000)) await harness.log.append(appends)
    // Its blocks have heights that are taken.
    await appendSample(harness.log, SAMPLE.filter(({ type }) => type !== 'BlockCommitted'))
    await appendSample(harness.log, [
      reported('pcap', ['a', 'c'], 1, 500), judged('one', 'a', 'benign', 0, 1, 501), judged('two', 'a', 'false_positive', 1, 1, 502), judged('three', 'a', 'true_positive', 0, 1, 503, { supersedes: 'one' }),
    ], 500)
    await harness.catchUp()
  })
  afterAll(async () => {
    await harness?.close()
    await postgres?.stop()
  })

  test('say of every anomaly what SQL says', async () => {
    const model = await buildModel({ log: harness.log })
    const { rows } = await harness.sql.query<{ anomaly_id: string; state: string; block_height: string | null; reject_code: string | null; published_position: string; updated_position: string; committed_at: Date | null }>('SELECT * FROM anomalies')
    expect(rows.length).toBe(model.anomalies.size)
    for (const row of rows) {
      const anomaly = model.anomalies.get(row.anomaly_id as AnomalyId)
      expect({ state: row.state, height: row.block_height, code: row.reject_code, published: Number(row.published_position), updated: Number(row.updated_position), committedAt: row.committed_at?.getTime() }).toEqual({
        state: anomaly?.state, height: anomaly?.blockHeight === undefined ? null : String(anomaly.blockHeight), code: anomaly?.rejectCode ?? null,
        published: anomaly?.publishedPosition, updated: anomaly?.updatedPosition, committedAt: anomaly?.reachedAt.COMMITTED,
      })
    }
    const totals = await harness.sql.query<{ state: string; current_count: string; ever_count: string }>('SELECT * FROM lifecycle_totals')
    for (const { state, current_count, ever_count } of totals.rows) expect(model.totals[state as 'PUBLISHED']).toEqual({ current: Number(current_count), ever: Number(ever_count) })
    const blocks = await harness.sql.query<{ blocks: string; transactions: string }>('SELECT (SELECT count(*) FROM blocks) AS blocks, (SELECT count(*) FROM transactions) AS transactions')
    expect({ blocks: String(model.blocks.length), transactions: String(model.transactions) }).toEqual(blocks.rows[0])
  })

  test('have the verdicts and the reports that SQL has', async () => {
    const model = await buildModel({ log: harness.log })
    const { rows } = await harness.sql.query<{ anomaly_id: string; verdicts: unknown[] }>("SELECT anomaly_id, verdicts FROM calibration_rows WHERE verdicts <> '[]'")
    expect(rows.map(({ anomaly_id, verdicts }) => [anomaly_id, verdicts])).toEqual([...model.verdicts])
    expect(model.verdicts.get(anomalyId('a'))?.map((verdict) => verdict.reportId)).toEqual([reportId('two'), reportId('three')])
    const named = await harness.sql.query<{ anomaly_id: string; log_position: string }>('SELECT * FROM report_anomalies ORDER BY log_position, anomaly_id')
    const held = [...model.reports].flatMap(([id, positions]) => positions.map((position) => ({ anomaly_id: id, log_position: String(position) })))
    expect(named.rows.length).toBe(5)
    expect(new Set(named.rows.map((row) => JSON.stringify(row)))).toEqual(new Set(held.map((row) => JSON.stringify(row))))
  })

  test('built in two steps are the same as built in one, and keep the books', async () => {
    const half = await buildModel({ log: harness.log, until: 150 })
    expect(half.position).toBe(150)
    const whole = await buildModel({ log: harness.log })
    expect(await buildModel({ log: harness.log, model: half })).toEqual(whole)
    const { PUBLISHED, ADMITTED, COMMITTED, REJECTED, TIMEOUT, EXPIRED } = whole.totals
    expect(PUBLISHED.ever).toBe(PUBLISHED.current + ADMITTED.current + COMMITTED.current + REJECTED.current + TIMEOUT.current + EXPIRED.current)
  })

  test('refuse an anomaly that is published twice or never was', () => {
    const recorded = (event: DomainEvent) => ({ id: 'x', stream: 's', revision: 0, position: asPosition(0), event })
    const model = emptyModel()
    applyToModel(model, recorded(published('twice', 1)))
    expect(() => applyToModel(model, recorded(published('twice', 2)))).toThrow(/second time/)
    expect(() => applyToModel(model, recorded(committed('never', 1, 0, 2)))).toThrow(/never published/)
  })
})
