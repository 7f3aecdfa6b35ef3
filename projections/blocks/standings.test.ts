import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import { asHex32, asView, type TxId } from '../../domain/ids.js'
import { afterBlock, firstLeaders, jail } from '../../domain/reputation/leaders.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { listEvidence, listValidators, runProjection } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { appendSample, at, block, committed, hash, published, registered, rejected, VALIDATORS } from '../testing/sample-log.js'
import { createStandingFold, type KnownStanding } from './standing-changes.js'

type BlockEvent = Extract<DomainEvent, { type: 'BlockCommitted' }>
const blockOf = (height: number, changes: Partial<EventData<'BlockCommitted'>> = {}): BlockEvent => {
  const event = block(height, [], height) as BlockEvent
  return { ...event, data: { ...event.data, ...changes } }
}
const proof = (offender: 0 | 1, status: 'success' | 'failed' = 'success'): EventData<'BlockCommitted'>['transactions'][number] => ({
  txId: asHex32<TxId>(hash(`proof/${offender}`)), kind: 'evidence', anomalyId: null, status, code: status === 'failed' ? 'DUPLICATE' : null, producerId: null, nonce: null,
  contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null, evidence: { kind: 'duplicate-vote', offender: VALIDATORS[offender], view: asView(7) },
})

describe('folding standings', () => {
  test('gives what validators hold in their state, however the blocks are batched', () => {
    const validator = fc.constantFrom(...VALIDATORS)
    const content = fc.record({ proposer: validator, failed: fc.array(validator, { maxLength: 3 }), signers: fc.uniqueArray(validator), accused: fc.option(fc.constantFrom<0 | 1>(0, 1), { nil: undefined }) })
    fc.assert(fc.property(fc.array(content, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (contents, batchSize) => {
      const indexOf = (id: string): number => VALIDATORS.indexOf(id as never)
      let state = firstLeaders(2)
      contents.forEach(({ proposer, failed, accused }, i) => {
        const signers = contents[i - 1]?.signers.map(indexOf) ?? []
        state = afterBlock(state, { proposer: indexOf(proposer), failed: failed.map(indexOf), signers, commitsGrandparent: true })
        if (accused !== undefined) state = jail(state, accused)
      })
      const events = contents.map(({ proposer, failed, signers, accused }, i) => blockOf(i + 1, {
        proposer, certificateSigners: signers, ...(failed.length > 0 ? { failedLeaders: failed } : {}), transactions: accused === undefined ? [] : [proof(accused)],
      }))
      let known: readonly KnownStanding[] = VALIDATORS.map((id) => ({ id, standing: firstLeaders(1).standings[0] as never, signedHeight: undefined }))
      for (let first = 0; first < events.length; first += batchSize) {
        const fold = createStandingFold(known)
        for (const event of events.slice(first, first + batchSize)) fold.visit({ event } as never)
        known = fold.finish()
      }
      expect(known.map(({ standing }) => standing)).toEqual(state.standings)
    }), { numRuns: 100 })
  })

  test('a batch without blocks changes nothing', () => {
    const fold = createStandingFold([])
    fold.visit({ event: published('a', 1) } as never)
    expect(fold.finish()).toEqual([])
  })
})

describe('the read models', () => {
  let postgres: TestPostgres
  let harness: ProjectionHarness
  beforeAll(async () => {
    postgres = await startTestPostgres()
    harness = await createHarness(postgres)
    const forged = { ...rejected('mismatch', 3) } as Extract<DomainEvent, { type: 'AnomalyRejected' }>
    await appendSample(harness.log, [
      registered(0), registered(1), published('a', 1), published('stranger', 2, { authentic: false }), rejected('stranger', 3),
      published('mismatch', 2), { ...forged, data: { ...forged.data, code: 'HASH_MISMATCH' } },
      block(1, ['a'], 4), committed('a', 1, 0, 4),
      blockOf(2, { failedLeaders: [VALIDATORS[1]], proposer: VALIDATORS[0] }),
      blockOf(3, { proposer: VALIDATORS[0], transactions: [proof(1)] }),
      blockOf(4, { proposer: VALIDATORS[0], transactions: [proof(1, 'failed')] }),
    ])
    await harness.catchUp()
  })
  afterAll(async () => {
    await harness.close()
    await postgres.stop()
  })

  test('show scores, failures and who is jailed', async () => {
    expect((await listValidators(harness.sql)).map(({ name, reputation, isJailed, failures, evidence }) => [name, reputation, isJailed, failures, evidence])).toEqual([
      ['validator-0', 100, false, 0, 0], ['validator-1', 0, true, 1, 1]])
  })

  test('list each proof that counted, with the block that carries it', async () => {
    expect(await listEvidence(harness.sql)).toEqual([
      { kind: 'duplicate-vote', offenderId: VALIDATORS[1], view: 7, blockHeight: 3, txHash: hash('proof/1'), reporterId: VALIDATORS[0], recordedAt: new Date(at(3)) }])
  })

  test('are the same when each event comes alone', async () => {
    const tables = ['SELECT * FROM validators ORDER BY 1', 'SELECT * FROM evidence ORDER BY 1, 2']
    const snapshot = (): Promise<unknown> => Promise.all(tables.map(async (text) => (await harness.sql.query(text)).rows as unknown))
    const before = await snapshot()
    const [blocks] = harness.projections
    if (blocks === undefined) throw new Error('the blocks projection comes first')
    await blocks.reset()
    await runProjection({ log: harness.log, projection: blocks, signal: new AbortController().signal, untilEnd: true, batchEvents: 1 })
    expect(await snapshot()).toEqual(before)
  })
})
