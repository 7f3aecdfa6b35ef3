/** What every read model that follows lives must hold: any batches give one content, rebuilt or not, and nothing is counted twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIFECYCLE_STATES } from '../../domain/anomaly/events.js'
import { asPosition } from '../../domain/ids.js'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/index.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createCalibrationProjection } from '../calibration/projection.js'
import { createCountersProjection } from '../counters/projection.js'
import { migrate, rebuildProjection, runProjection, type Projection } from '../index.js'
import { createReportsProjection } from '../reports/projection.js'
import { createReputationProjection } from '../reputation/projection.js'
import { randomLog, type RandomLog } from '../testing/random-log.js'
import { ANALYSTS, anomalyId, appendSample } from '../testing/sample-log.js'
import { labelOf } from '../../domain/verdict/standing-verdicts.js'

let postgres: TestPostgres
let sql: pg.Pool
beforeAll(async () => {
  postgres = await startTestPostgres()
  sql = await postgres.createDatabase(migrate)
})
afterAll(() => postgres.stop())

const { signal } = new AbortController()
const rows = async (text: string): Promise<Record<string, unknown>[]> => (await sql.query<Record<string, unknown>>(text)).rows

type Case = { readonly create: (pool: pg.Pool) => Projection; readonly tables: readonly string[]; readonly check: (history: RandomLog) => Promise<void> }

const CASES: Readonly<Record<string, Case>> = {
  calibration: { create: createCalibrationProjection, tables: ['calibration_rows ORDER BY log_position'], check: checkCalibration },
  counters: { create: createCountersProjection, tables: ['lifecycle_hours ORDER BY hour, producer_id, state, reason', 'counter_lives ORDER BY anomaly_id'], check: checkCounters },
  reputation: {
    create: createReputationProjection, check: checkReputation,
    tables: ['state_reputation ORDER BY producer_id', 'leader_scores ORDER BY validator_id', 'reputation_changes ORDER BY change_number', 'reputation_lives ORDER BY anomaly_id', 'reputation_labels ORDER BY anomaly_id'],
  },
  reports: { create: createReportsProjection, tables: ['reports ORDER BY log_position', 'report_anomalies ORDER BY anomaly_id, log_position'], check: checkReports },
}

describe.each(Object.entries(CASES))('%s', (_name, { create, tables, check }) => {
  const content = (): Promise<unknown> => Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)))
  const buildWhole = async (log: EmbeddedLog, history: RandomLog): Promise<Projection> => {
    const projection = create(sql)
    await projection.reset()
    await runProjection({ log, projection, signal, untilEnd: true })
    expect(await projection.deadLetters()).toEqual([])
    await check(history)
    return projection
  }

  test('any batches give the content that one batch gives, whatever detectors send', async () => {
    await fc.assert(fc.asyncProperty(randomLog, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (history, sizes) => withLog(history, async (log) => {
      const projection = await buildWhole(log, history)
      const whole = await content()
      await projection.reset()
      for (let position = 0, i = 0; position < history.events.length; i++) {
        position = Math.min(history.events.length, position + (sizes[i % sizes.length] as number))
        await runProjection({ log, projection, signal, until: asPosition(position) })
      }
      expect(await content()).toEqual(whole)
    })), { numRuns: 25, seed: 4 })
  }, 180_000)

  // Making the tables of a new version costs more than filling them.
  test('a rebuild finds and leaves the same content', async () => {
    for (const history of fc.sample(randomLog, { numRuns: 3, seed: 11 })) {
      sql = await postgres.createDatabase(migrate)
      await withLog(history, async (log) => {
        const projection = await buildWhole(log, history)
        const whole = await content()
        expect(await rebuildProjection({ log, projection, signal })).toMatchObject({ equal: true, events: history.events.length })
        expect(await content()).toEqual(whole)
      })
    }
  }, 180_000)
})

async function withLog({ events }: RandomLog, work: (log: EmbeddedLog) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-lives-'))
  const log = await openEmbeddedLog(path)
  try {
    if (events.length > 0) await appendSample(log, events)
    await work(log)
  } finally {
    await log.close()
    rmSync(path, { recursive: true, force: true })
  }
}

/** Of each analyst the last accepted verdict on an anomaly stands, and no other. */
async function checkReports({ events }: RandomLog): Promise<void> {
  const accepted = events.flatMap((event) => (event.type === 'ReportRecorded' && event.data.outcome.kind === 'applied' ? [event.data] : []))
  const last = new Map(accepted.flatMap((data) => (data.verdict === undefined ? [] : [[`${data.verdict.anomalyId} ${data.reporterId}`, data.reportId] as const])))
  const standing = await rows("SELECT report_id FROM reports WHERE verdict IS NOT NULL AND status = 'success' AND superseded_by IS NULL ORDER BY log_position")
  expect(standing.map(({ report_id }) => report_id).sort()).toEqual([...last.values()].sort())
  expect(await rows('SELECT count(*)::int4 AS count FROM report_anomalies')).toEqual([{ count: accepted.reduce((sum, { anomalyIds }) => sum + new Set(anomalyIds).size, 0) }])
}

async function checkCalibration({ states, said }: RandomLog): Promise<void> {
  const found = await rows('SELECT anomaly_id, outcome, reason, label, verdicts FROM calibration_rows ORDER BY log_position')
  expect(found.map(({ outcome }) => outcome ?? 'in flight').sort()).toEqual([...states.values()].map((state) => (state === 'PUBLISHED' || state === 'ADMITTED' ? 'in flight' : state)).sort())
  const saidOf = new Map([...said].map(([name, words]) => [anomalyId(name) as string, [...words]]))
  for (const { anomaly_id: id, outcome, reason, label, verdicts } of found) {
    expect(reason !== null).toBe(outcome === 'REJECTED' || outcome === 'TIMEOUT' || outcome === 'EXPIRED')
    const words = (saidOf.get(String(id)) ?? []).map(([analyst, verdict]) => ({ reporterId: ANALYSTS[analyst as 0 | 1], verdict }))
    const standing = (verdicts as readonly { reporterId: string; verdict: string }[]).map(({ reporterId, verdict }) => ({ reporterId, verdict }))
    expect(standing.sort(byReporter)).toEqual(words.sort(byReporter))
    expect(label).toBe(labelOf(words.map((word) => ({ ...word, reportId: '', at: 0 }))))
  }
}

const byReporter = (a: { reporterId: string }, b: { reporterId: string }): number => (a.reporterId < b.reporterId ? -1 : 1)

async function checkCounters({ states, ever }: RandomLog): Promise<void> {
  const sums = await rows('SELECT state, sum(entered_count)::int4 AS entered, sum(entered_count - left_count)::int4 AS standing FROM lifecycle_hours GROUP BY state')
  for (const state of LIFECYCLE_STATES) {
    const { entered = 0, standing = 0 } = sums.find((sum) => sum.state === state) ?? {}
    expect([state, entered, standing]).toEqual([state, ever[state], [...states.values()].filter((one) => one === state).length])
  }
}

async function checkReputation(): Promise<void> {
  // The history explains where everybody stands: each change begins where the one before ended, and the last one is the score.
  const changes = await rows('SELECT subject_kind, subject_id, score_before, score_after FROM reputation_changes ORDER BY change_number')
  const scores = new Map<string, unknown>()
  for (const { subject_kind: kind, subject_id: id, score_before: before, score_after: after } of changes) {
    const subject = `${String(kind)} ${(id as Buffer).toString('hex')}`
    expect(before).toBe(scores.get(subject) ?? 100)
    expect(after).not.toBe(before)
    scores.set(subject, after)
  }
  const standings = await rows(`SELECT 'producer ' || encode(producer_id, 'hex') AS subject, score FROM state_reputation
    UNION ALL SELECT 'validator ' || encode(validator_id, 'hex'), score FROM leader_scores`)
  for (const { subject, score } of standings) expect(score).toBe(scores.get(String(subject)) ?? 100)
}
