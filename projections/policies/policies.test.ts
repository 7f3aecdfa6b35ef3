import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import { paramsOf, policyId, type PolicySpec } from '../../domain/policy/testing/policies.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { listAppliedPolicies, listPolicies } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { appendSample, at, block, hash } from '../testing/sample-log.js'

const recorded = (n: number, second: number, spec: PolicySpec = {}, more: Partial<EventData<'PolicyRecorded'>> = {}): DomainEvent => ({
  type: 'PolicyRecorded',
  data: {
    policyId: policyId(n), messageHash: hash(`policy/${n}`) as never, message: 'AAEC', action: spec.action ?? 'update', rule: spec.rule ?? 'threshold', params: paramsOf(n, spec),
    effectiveHeight: (spec.from ?? 5) as never, expirationHeight: (spec.until ?? null) as never, rollbackOf: spec.rollbackOf ?? null, authority: hash('authority') as never, authorityName: 'head',
    issuedAtSeconds: Math.floor(at(second) / 1000), placement: { height: 1, blockHash: hash('block'), txIndex: n, txId: hash(`tx/${n}`) } as never,
    outcome: 'applied', code: null, at: at(second) as never, ...more,
  },
})

function lapsed(n: number, second: number): DomainEvent {
  const { placement: _placement, outcome: _outcome, code: _code, ...said } = (recorded(n, second) as Extract<DomainEvent, { type: 'PolicyRecorded' }>).data
  return { type: 'PolicyLapsed', data: { ...said, origin: { topic: 'ai.policy.v1', partition: 0, offset: n }, reason: 'height', height: 4 as never } }
}

describe('the read model of policies', () => {
  let postgres: TestPostgres
  let harness: ProjectionHarness
  beforeAll(async () => {
    postgres = await startTestPostgres()
    harness = await createHarness(postgres)
    await appendSample(harness.log, [
      block(1, [], 1), recorded(1, 1), recorded(2, 1, { until: 9 }, { outcome: 'failed', code: 'SKEW', authorityName: 'a\u0000b' }),
      block(2, [], 2), lapsed(4, 2), recorded(3, 2, { action: 'remove', subject: {}, rollbackOf: policyId(1) }, { authorityName: null }),
    ])
    await harness.catchUp()
  })
  afterAll(async () => {
    await harness?.close()
    await postgres?.stop()
  })

  test('holds each as the block carried it, newest first, page by page', async () => {
    const all = await listPolicies(harness.sql, { limit: 10 })
    expect(all.map(({ policyId: id, logPosition, outcome, code, expirationHeight, rollbackOf, authorityName }) => [id, logPosition, outcome, code, expirationHeight, rollbackOf, authorityName])).toEqual([
      [policyId(3), 5, 'applied', null, null, policyId(1), null], [policyId(4), 4, 'lapsed', null, null, null, 'head'],
      [policyId(2), 2, 'failed', 'SKEW', 9, null, 'a\uFFFDb'], [policyId(1), 1, 'applied', null, null, null, 'head'],
    ])
    expect(all[1]).toMatchObject({ blockHeight: null, txIndex: null, txHash: null })
    expect(all[3]).toMatchObject({ params: paramsOf(1), authority: hash('authority'), blockHeight: 1, txIndex: 1, txHash: hash('tx/1'), issuedAt: new Date(at(1)), recordedAt: new Date(at(1)) })
    expect(await listPolicies(harness.sql, { limit: 1, after: 4 })).toMatchObject([{ policyId: policyId(2) }])
    expect(await listPolicies(harness.sql, { limit: 1, after: 5 })).toMatchObject([{ policyId: policyId(4) }])
  })

  test('gives those that were applied in the order of the chain', async () => {
    expect((await listAppliedPolicies(harness.sql)).map(({ policyId: id }) => id)).toEqual([policyId(1), policyId(3)])
  })
})
