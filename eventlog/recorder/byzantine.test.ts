import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultTolerance } from '../../domain/quorum.js'
import { REJECT_CODES } from '../../domain/reject-codes.js'
import { receiptSignBytes } from '../../domain/receipt.js'
import { uuidV5 } from '../../domain/uuid.js'
import { until } from '../../ingest/testing/until.js'
import { anomalyStream } from '../log.js'
import { createTestChain } from './testing/chain.js'
import { at, createHarness, type Harness } from './testing/harness.js'
import { ADMITTED, NOW, refusedWith, testId } from './testing/network.js'

const published = (offset: number, bytes: Uint8Array, partition = 0) => ({ origin: at(offset, partition), bytes, timestampMs: NOW - 100 })
/** Offsets of messages by which a test knows that all receipts before theirs were read. */
const BARRIER = 99

/** The last f of n validators lie; what they sign is really signed by them. */
describe.each([4, 5, 7])('%i validators, f of them lying about what they admit', (n) => {
  const f = faultTolerance(n)
  const honest = Array.from({ length: n - f }, (_, i) => i)
  const liars = Array.from({ length: f }, (_, i) => n - f + i)
  let harness: Harness
  beforeEach(async () => {
    harness = await createHarness(n)
  })
  afterEach(() => harness.destroy())

  const commits = (message: Uint8Array): void => {
    const blocks = createTestChain(harness.network)
    blocks.add([message])
    blocks.add([])
    harness.chain.push(...blocks.committed())
  }
  /** Resolves when all that these validators signed so far was taken in: each admits one more message, in its own order. */
  const allRead = async (validators: readonly number[]): Promise<void> => {
    for (const validator of validators) {
      const offset = BARRIER + validator
      const bytes = harness.network.message({ id: testId(offset) })
      harness.messages.push(published(offset, bytes))
      harness.receipts.store(harness.network.receipt(validator, at(offset), bytes, ADMITTED))
      await until(`what ${validator} signed is read`, async () => (await harness.lifeOf(testId(offset))).includes('Admitted'))
    }
  }

  it('who swallow everything stop nothing: one honest word admits, and the block commits', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    for (const validator of honest) receipts.store(network.receipt(validator, at(0), bytes, ADMITTED))
    await until('it is admitted', () => recorder.status().admitted === 1)
    commits(bytes)
    await until('it is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
  })

  it('who refuse everything with every code reject nothing, and the honest word still admits', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    for (const code of REJECT_CODES) for (const liar of liars) receipts.store(network.receipt(liar, at(0), bytes, refusedWith(code)))
    await allRead(liars)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published'])
    receipts.store(network.receipt(0, at(0), bytes, ADMITTED))
    await until('it is admitted', () => recorder.status().admitted === f + 1)
    for (const validator of honest.slice(1)) receipts.store(network.receipt(validator, at(0), bytes, ADMITTED))
    commits(bytes)
    await until('it is committed', () => recorder.status().committed === 1)
    expect(recorder.status().rejected).toBe(0)
  })

  it('need one honest refusal beside their own: f refusals leave it open, f+1 reject', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    for (const liar of liars) receipts.store(network.receipt(liar, at(0), bytes, refusedWith('REPLAY')))
    await allRead(liars)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published'])
    receipts.store(network.receipt(0, at(0), bytes, refusedWith('SKEW')))
    await until('it is rejected', () => recorder.status().rejected === 1)
    const [, rejected] = await harness.eventsOf(anomalyStream(testId(1)))
    expect((rejected?.event.data as { by: { receipts: unknown[] } }).by.receipts.length).toBe(f + 1)
    // Also then a quorum has the last word.
    commits(bytes)
    await until('it is committed all the same', () => recorder.status().committed === 1)
    expect(recorder.status()).toMatchObject({ rejected: 0, committed: 1 })
  })

  it('who call the original a duplicate and admit a copy reject the copy alone', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes), published(0, bytes, 1))
    for (const liar of liars) receipts.store(network.receipt(liar, at(0, 1), bytes, ADMITTED), network.receipt(liar, at(0), bytes, refusedWith('DUPLICATE')))
    await allRead(liars)
    for (const validator of honest) receipts.store(network.receipt(validator, at(0), bytes, ADMITTED), network.receipt(validator, at(0, 1), bytes, refusedWith('DUPLICATE')))
    await until('the copy is rejected', () => recorder.status().rejected === 1)
    commits(bytes)
    await until('the original is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    expect(await harness.lifeOf(uuidV5('message/ai.anomalies.v1/1/0'))).toEqual(['Published', 'Rejected'])
  })

  it('who admit everything twice, and forged bytes under the id of an honest anomaly, take nothing from it', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const forged = network.message({ id: testId(1), tamper: (message) => ({ ...message, severity: 1 }) })
    const recorder = harness.start()
    messages.push(published(0, forged), published(1, bytes))
    for (const liar of liars) for (let twice = 0; twice < 2; twice++) receipts.store(network.receipt(liar, at(0), forged, ADMITTED), network.receipt(liar, at(1), bytes, ADMITTED))
    await allRead(liars)
    await until('both are admitted', () => recorder.status().admitted === 2 + f)
    for (const validator of honest) receipts.store(network.receipt(validator, at(0), forged, refusedWith('INVALID_SIGNATURE')), network.receipt(validator, at(1), bytes, ADMITTED))
    commits(bytes)
    await until('it is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    // The forged bytes have a lifecycle of their own, which no block will ever end.
    expect(await harness.lifeOf(uuidV5('message/ai.anomalies.v1/0/0'))).toEqual(['Published', 'Admitted'])
  })

  it('cannot speak for another: receipts in the name of the honest are refused, gossiped or pulled', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    const liar = liars[0] as number
    const forged = honest.map((validator) => {
      const named = { ...network.receipt(liar, at(0), bytes, refusedWith('REPLAY')), validator: network.set.validators[validator]?.id as never, sequence: 0 }
      return { ...named, signature: (network.validators[liar] as (typeof network.validators)[number]).sign(receiptSignBytes(network.set.chainId, named)) }
    })
    receipts.gossip(...forged)
    await until('all are refused', () => recorder.notices()['receipt-refused/bad-signature'] === honest.length)
    receipts.store(...forged)
    await until('pulled ones too', () => (recorder.notices()['receipt-refused/bad-signature'] ?? 0) >= 2 * honest.length)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published'])
    expect(recorder.status().rejected).toBe(0)
    // Nor did they use up the sequence of those they were forged for.
    receipts.gossip(...honest.map((validator) => network.receipt(validator, at(0), bytes, ADMITTED)))
    await until('the honest word counts', () => recorder.status().admitted === 1)
  })
})
