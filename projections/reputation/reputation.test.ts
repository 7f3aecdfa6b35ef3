import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import { asHex32, asView, type TxId } from '../../domain/ids.js'
import { afterBlock, firstLeaders, jail, scoresOf } from '../../domain/reputation/leaders.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { listProducers, listReputationChanges, listValidators } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { appendSample, at, block, committed, judged, hash, PRODUCER, published, registered, rejected, VALIDATORS } from '../testing/sample-log.js'
import { createLeaderScores } from './leader-scores.js'

type Block = EventData<'BlockCommitted'>
const blockOf = (height: number, changes: Partial<Block> = {}): Extract<DomainEvent, { type: 'BlockCommitted' }> => {
  const event = block(height, [], height) as Extract<DomainEvent, { type: 'BlockCommitted' }>
  return { ...event, data: { ...event.data, ...changes } }
}
const proof = (offender: 0 | 1): Block['transactions'][number] => ({
  txId: asHex32<TxId>(hash(`proof/${offender}`)), kind: 'evidence', anomalyId: null, status: 'success', code: null, producerId: null, nonce: null,
  contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null, evidence: { kind: 'duplicate-vote', offender: VALIDATORS[offender], view: asView(7) },
})
const refused = (name: string, second: number, code: EventData<'AnomalyRejected'>['code']): DomainEvent => {
  const event = rejected(name, second) as Extract<DomainEvent, { type: 'AnomalyRejected' }>
  return { ...event, data: { ...event.data, code } }
}

describe('scores of leaders', () => {
  test('are those that validators hold in their state, and each step is told', () => {
    const who = fc.constantFrom(...VALIDATORS)
    const content = fc.record({ proposer: who, failed: fc.array(who, { maxLength: 3 }), signers: fc.uniqueArray(who), accused: fc.option(fc.constantFrom<0 | 1>(0, 1), { nil: undefined }) })
    fc.assert(fc.property(fc.array(content, { minLength: 1, maxLength: 12 }), (contents) => {
      const indexOf = (id: string): number => VALIDATORS.indexOf(id as never)
      let state = firstLeaders(2)
      const told = [100, 100]
      const leaders = createLeaderScores(new Map())
      contents.forEach(({ proposer, failed, signers, accused }, i) => {
        state = afterBlock(state, { proposer: indexOf(proposer), failed: failed.map(indexOf), signers: (contents[i - 1]?.signers ?? []).map(indexOf), commitsGrandparent: true })
        if (accused !== undefined) state = jail(state, accused)
        const { data } = blockOf(i + 1, { proposer, certificateSigners: signers, ...(failed.length > 0 ? { failedLeaders: failed } : {}), transactions: accused === undefined ? [] : [proof(accused)] })
        for (const { validator, before, after } of leaders.follow(data)) {
          expect(before).toBe(told[indexOf(validator)])
          told[indexOf(validator)] = after
        }
        expect(told).toEqual(scoresOf(state))
      })
    }), { numRuns: 200 })
  })
})

describe('the history of reputation', () => {
  let postgres: TestPostgres
  let harness: ProjectionHarness
  beforeAll(async () => {
    postgres = await startTestPostgres()
    harness = await createHarness(postgres)
    await appendSample(harness.log, [
      registered(0), registered(1), published('a', 1), published('stranger', 2, { authentic: false }), refused('stranger', 3, 'SCORE_MISMATCH'),
      blockOf(1, { failedLeaders: [VALIDATORS[0]] }), published('wrong', 4), refused('wrong', 5, 'HASH_MISMATCH'), published('old', 6), refused('old', 7, 'SKEW'),
      block(2, ['a'], 8), committed('a', 2, 0, 8), blockOf(3, { transactions: [proof(1)] }),
      // A quorum outranks the refusals before it.
      block(4, ['wrong'], 9), committed('wrong', 4, 0, 9),
    ])
    await harness.catchUp()
  })
  afterAll(async () => {
    await harness.close()
    await postgres.stop()
  })

  test('names every change with its height, before, after and reason', async () => {
    const changes = await listReputationChanges(harness.sql, undefined, { limit: 100 })
    expect(changes.reverse().map(({ number, kind, subjectId, blockHeight, before, after, reason, logPosition, changedAt }) =>
      [number, kind, subjectId, blockHeight, before, after, reason, logPosition, changedAt.getTime()])).toEqual([
      [0, 'validator', VALIDATORS[0], 1, 100, 10, 'FAILED_TO_LEAD', 5, at(1)],
      [1, 'producer', PRODUCER, 1, 100, 50, 'HASH_MISMATCH', 7, at(5)],
      [2, 'validator', VALIDATORS[0], 2, 10, 11, 'SIGNED', 10, at(8)],
      [3, 'validator', VALIDATORS[0], 2, 11, 22, 'LED', 10, at(8)],
      [4, 'producer', PRODUCER, 2, 50, 52, 'COMMITTED', 11, at(8)],
      [5, 'validator', VALIDATORS[0], 3, 22, 23, 'SIGNED', 12, at(3)],
      [6, 'validator', VALIDATORS[1], 3, 100, 0, 'CONTRADICTED', 12, at(3)],
      [7, 'validator', VALIDATORS[0], 4, 23, 24, 'SIGNED', 13, at(9)],
      [8, 'validator', VALIDATORS[0], 4, 24, 48, 'LED', 13, at(9)],
      [9, 'producer', PRODUCER, 4, 52, 100, 'COMMITTED', 14, at(9)],
    ])
  })

  test('ends where the tables of standings say that everybody stands', async () => {
    expect((await listValidators(harness.sql)).map(({ reputation }) => reputation)).toEqual([48, 0])
    expect(await listProducers(harness.sql)).toEqual([{ id: PRODUCER, committed: 2, refused: [{ code: 'SKEW', count: 1 }], confirmed: 0, falsePositives: 0, reputation: 100 }])
  })

  test('is given for one validator or producer, page by page', async () => {
    const page = await listReputationChanges(harness.sql, PRODUCER, { limit: 2 })
    expect(page.map(({ number }) => number)).toEqual([9, 4])
    expect((await listReputationChanges(harness.sql, PRODUCER, { limit: 2, after: 4 })).map(({ number }) => number)).toEqual([1])
    expect((await listReputationChanges(harness.sql, VALIDATORS[1], { limit: 5 })).map(({ reason }) => reason)).toEqual(['CONTRADICTED'])
  })

  test('keeps the columns of the predecessor', async () => {
    const { rows } = await harness.sql.query("SELECT encode(producer_id, 'hex') AS id, score, total_events, violations, last_violation, updated_height FROM state_reputation")
    expect(rows).toEqual([{ id: PRODUCER, score: 100, total_events: '3', violations: '0', last_violation: null, updated_height: '4' }])
  })

  test('falls by verdicts alone where detections were false, and comes back when analysts think better of it', async () => {
    await appendSample(harness.log, [
      judged('one', 'a', 'false_positive', 0, 5, 20), judged('two', 'wrong', 'true_positive', 0, 5, 21), judged('who', 'stranger', 'false_positive', 0, 5, 22),
    ], 300)
    await harness.catchUp()
    expect(await listProducers(harness.sql)).toMatchObject([{ id: PRODUCER, confirmed: 1, falsePositives: 1, reputation: 85 }])
    await appendSample(harness.log, [judged('three', 'a', 'benign', 0, 6, 30, { supersedes: 'one' })], 310)
    await harness.catchUp()
    expect(await listProducers(harness.sql)).toMatchObject([{ confirmed: 1, falsePositives: 0, reputation: 100 }])
    const changes = await listReputationChanges(harness.sql, PRODUCER, { limit: 2 })
    expect(changes.map(({ reason, before, after }) => [reason, before, after])).toEqual([['VERDICT_CHANGED', 85, 100], ['FALSE_POSITIVE', 100, 85]])
  })
})
