import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../ingest/testing/until.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Origin } from '../../domain/receipt.js'
import { uuidV5 } from '../../domain/uuid.js'
import { anomalyStream, CHAIN_STREAM, OPERATOR_STREAM, refusedStream, validatorStream } from '../log.js'
import { createTestChain } from './testing/chain.js'
import { at, createHarness, type Harness } from './testing/harness.js'
import { ADMITTED, NOW, refusedWith, signerOf, testId } from './testing/network.js'

const published = (offset: number, bytes: Uint8Array, partition = 0) => ({ origin: at(offset, partition), bytes, timestampMs: NOW - 100 })

describe('the recorder', () => {
  let harness: Harness
  beforeEach(async () => { harness = await createHarness() })
  afterEach(() => harness.destroy())

  it('follows an anomaly from PUBLISHED over ADMITTED to COMMITTED, and the block that carries it', async () => {
    const { network, messages, receipts, chain } = harness
    const bytes = network.message({ id: testId(1) })
    const blocks = createTestChain(network)
    const recorder = harness.start()
    messages.push(published(0, bytes))
    receipts.store(network.receipt(0, at(0), bytes, ADMITTED))
    await until('it is admitted', () => recorder.status().admitted === 1)
    const block = blocks.add([bytes])
    blocks.add([])
    chain.push(...blocks.committed())
    await until('it is committed', () => recorder.status().committed === 1)

    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    const [recorded] = await harness.eventsOf(CHAIN_STREAM)
    expect(recorded).toMatchObject({ revision: 0, event: { type: 'BlockCommitted', data: { height: 1, blockHash: block.hash, transactions: [{ anomalyId: testId(1), status: 'success' }] } } })
    expect(recorder.status()).toMatchObject({ published: 1, admitted: 1, committed: 1, inFlight: 0, height: 1 })
    expect(recorder.latency()).toEqual({ p50: 100, p99: 100, samples: 1 })
  })

  it('records its start, and each validator of genesis once', async () => {
    const { network } = harness
    for (let run = 0; run < 2; run++) {
      harness.time.now += 1
      const recorder = harness.start()
      await until('it has opened', async () => (await harness.eventsOf(OPERATOR_STREAM)).length === run + 1 && recorder.status().position > 0)
      await harness.stop()
    }
    for (const { id } of network.set.validators) expect((await harness.eventsOf(validatorStream(id))).length).toBe(1)
    expect((await harness.eventsOf(OPERATOR_STREAM))[0]?.event).toMatchObject({ data: { action: 'recorder.start', result: 'success' } })
  })

  it('rejects on f+1 distinct refusals, not on f, and stores every receipt with the majority code', async () => {
    const { network, messages, receipts, sink } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    receipts.gossip(network.receipt(0, at(0), bytes, refusedWith('SKEW')))
    receipts.store(network.receipt(4, at(7), network.message(), ADMITTED))
    await until('the first refusal and a stranger to it are read', () => recorder.status().published === 1 && recorder.status().position >= 7)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published'])
    receipts.gossip(network.receipt(3, at(0), bytes, refusedWith('REPLAY')))
    await until('it is rejected', () => recorder.status().rejected === 1)
    const [, rejected] = await harness.eventsOf(anomalyStream(testId(1)))
    expect(rejected?.event).toMatchObject({ type: 'AnomalyRejected', data: { code: 'SKEW', by: { kind: 'receipts', receipts: [{ validator: network.set.validators[0]?.id }, { validator: network.set.validators[3]?.id }] } } })
    await until('the dead letter is sent', () => sink.letters.length === 1)
    expect(sink.letters[0]).toEqual({ origin: at(0), code: 'SKEW', bytes, messageHash: sha256Hex(bytes), anomalyId: testId(1), at: NOW })
  })

  it('records what is no anomaly as refused on f+1 refusals, once a place, and sends its dead letter', async () => {
    const { network, messages, receipts, sink } = harness
    const bytes = network.message({ id: testId(1) })
    const [first, copy] = [0, 1].map((offset) => ({ topic: 'ai.policy.v1', partition: 0, offset })) as [Origin, Origin]
    const message = (origin: Origin) => ({ kind: 'policy' as const, origin, bytes, timestampMs: NOW - 100, key: Buffer.from('k') })
    let recorder = harness.start()
    messages.push(message(first), message(copy), published(0, bytes))
    receipts.store(network.receipt(0, first, bytes, refusedWith('UNKNOWN_PRODUCER')), network.receipt(0, copy, bytes, refusedWith('DUPLICATE')))
    receipts.store(network.receipt(1, at(0), bytes, ADMITTED))
    await until('the anomaly with the same bytes is admitted', () => recorder.status().admitted === 1)
    expect(await harness.eventsOf(refusedStream(sha256Hex(bytes)))).toEqual([])
    await harness.stop()

    recorder = harness.start()
    receipts.store(network.receipt(3, first, bytes, refusedWith('UNKNOWN_PRODUCER')), network.receipt(3, copy, bytes, refusedWith('DUPLICATE')))
    await until('the dead letters are sent', () => sink.letters.length === 2)
    const refusals = await harness.eventsOf(refusedStream(sha256Hex(bytes)))
    expect(refusals.map(({ event }) => event)).toMatchObject([
      { type: 'MessageRefused', data: { kind: 'policy', origin: first, code: 'UNKNOWN_PRODUCER', message: Buffer.from(bytes).toString('base64'), receipts: [{ validator: network.set.validators[0]?.id }, { validator: network.set.validators[3]?.id }] } },
      { type: 'MessageRefused', data: { origin: copy, code: 'DUPLICATE' } },
    ])
    expect(sink.letters[0]).toEqual({ origin: first, code: 'UNKNOWN_PRODUCER', bytes, messageHash: sha256Hex(bytes), at: NOW, key: new Uint8Array(Buffer.from('k')), headers: {} })
    expect(recorder.status()).toMatchObject({ published: 1, rejected: 0 })

    await harness.stop()
    await harness.dropIndex()
    recorder = harness.start()
    messages.push(message(first))
    await until('it is read again', () => messages.acknowledged() === 4)
    expect((await harness.eventsOf(refusedStream(sha256Hex(bytes)))).length).toBe(2)
  })

  it('counts two refusals of one validator once', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    receipts.store(network.receipt(0, at(0), bytes, refusedWith('SKEW')), network.receipt(0, at(0), bytes, refusedWith('REPLAY')))
    messages.push(published(0, bytes))
    await until('it is published', () => recorder.status().published === 1)
    receipts.store(network.receipt(0, at(1), bytes, ADMITTED))
    await until('the receipts are read', () => recorder.status().admitted === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted'])
  })

  it('refuses forged receipts by reason and believes none of them', async () => {
    const { network, messages, receipts, notices } = harness
    const bytes = network.message({ id: testId(1) })
    const honest = network.receipt(0, at(0), bytes, ADMITTED)
    const stranger = { ...honest, validator: sha256Hex(signerOf('stranger').publicKey) as typeof honest.validator }
    const recorder = harness.start()
    messages.push(published(0, bytes))
    receipts.gossip({ ...honest, verdict: refusedWith('SKEW') }, stranger, { ...honest, at: (NOW + 1) as typeof honest.at })
    await until('all three are refused', () => notices.length >= 3)
    expect(recorder.notices()).toMatchObject({ 'receipt-refused/bad-signature': 2, 'receipt-refused/unknown-validator': 1 })
    expect(await harness.lifeOf(testId(1))).toEqual(['Published'])
    receipts.gossip(honest)
    await until('the honest one counts', () => recorder.status().admitted === 1)
  })

  it('pulls the receipts before one that came too early', async () => {
    const { network, messages, receipts } = harness
    const bytes = [network.message(), network.message(), network.message()]
    const all = bytes.map((message, i) => network.receipt(2, at(i), message, ADMITTED))
    const recorder = harness.start({ tickMs: 1_000_000 })
    await until('the first pulls are over', () => recorder.status().position > 0)
    messages.push(...bytes.map((message, i) => published(i, message)))
    receipts.store(...all)
    receipts.gossip(all[2] as (typeof all)[0])
    await until('all are admitted', () => recorder.status().admitted === 3)
  })

  it('gives a forged copy an id of its own, so that nobody can reject another', async () => {
    const { network, messages, receipts } = harness
    const genuine = network.message({ id: testId(1) })
    const forged = network.message({ id: testId(1), tamper: (message) => ({ ...message, severity: 1 }) })
    const recorder = harness.start()
    messages.push(published(0, forged), published(0, genuine, 1))
    for (const validator of [0, 1, 2]) {
      receipts.store(network.receipt(validator, at(0), forged, refusedWith('INVALID_SIGNATURE')), network.receipt(validator, at(0, 1), genuine, ADMITTED))
    }
    await until('both are judged', () => recorder.status().admitted === 1 && recorder.status().rejected === 1)
    const derived = uuidV5('message/ai.anomalies.v1/0/0')
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted'])
    expect((await harness.eventsOf(anomalyStream(derived))).map(({ event }) => event)).toMatchObject([
      { data: { claimedId: testId(1), authentic: false } }, { type: 'AnomalyRejected', data: { code: 'INVALID_SIGNATURE' } }])
  })

  it('sends key and headers of a record on in its dead letter, where they say more than the message', async () => {
    const { network, messages, receipts, sink } = harness
    const bytes = [network.message(), network.message(), Uint8Array.of(1)]
    harness.start()
    const producer = network.producers[0]?.publicKey as Uint8Array
    messages.push(
      { ...published(0, bytes[0] as Uint8Array), key: producer, headers: {} },
      { ...published(1, bytes[1] as Uint8Array), key: producer, headers: { trace: '1' } },
      { ...published(2, bytes[2] as Uint8Array), key: Uint8Array.of(7), headers: { large: 'x'.repeat(20_000) } },
    )
    bytes.forEach((message, i) => [0, 1].forEach((v) => receipts.store(network.receipt(v, at(i), message, refusedWith('SKEW')))))
    await until('the letters are sent', () => sink.letters.length === 3)
    expect(sink.letters.map(({ key, headers }) => [key, headers])).toEqual([[undefined, undefined], [producer, { trace: '1' }], [undefined, undefined]])
  })

  it('gives a message that comes again after its producer was let in its own id, and the commit', async () => {
    const { network, messages, receipts, chain } = harness
    const bytes = network.message({ id: testId(1) })
    const strict = harness.start({ genesis: { ...network.genesis, producers: [] } })
    messages.push(published(0, bytes))
    receipts.store(...[0, 1].map((v) => network.receipt(v, at(0), bytes, refusedWith('UNKNOWN_PRODUCER'))))
    await until('it is rejected', () => strict.status().rejected === 1)
    await harness.stop()
    const recorder = harness.start()
    messages.push(published(1, bytes))
    receipts.store(network.receipt(0, at(1), bytes, ADMITTED))
    await until('it is admitted', () => recorder.status().admitted === 1)
    const blocks = createTestChain(network)
    blocks.add([bytes])
    blocks.add([])
    chain.push(...blocks.committed())
    await until('it is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    expect(await harness.lifeOf(uuidV5('message/ai.anomalies.v1/0/0'))).toEqual(['Published', 'Rejected'])
    expect(recorder.status()).toMatchObject({ published: 2, committed: 1, rejected: 1, inFlight: 0 })
  })

  it('counts unreadable bytes as PUBLISHED and ends them REJECTED and in the dead letters', async () => {
    const { network, messages, receipts, sink } = harness
    const junk = [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(3 * 1024 * 1024)]
    const recorder = harness.start()
    messages.push(...junk.map((bytes, i) => published(i, bytes)))
    junk.forEach((bytes, i) => [1, 3].forEach((v) => receipts.store(network.receipt(v, at(i), bytes, refusedWith(i === 2 ? 'TOO_LARGE' : 'MALFORMED')))))
    await until('all are rejected', () => recorder.status().rejected === 3 && sink.letters.length === 3)
    expect(sink.letters.map(({ code, bytes }) => [code, bytes.length])).toEqual([['MALFORMED', 0], ['MALFORMED', 3], ['TOO_LARGE', 0]])
  })

  it('rejects the copy, not the original, when validators read the copy first', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes), published(0, bytes, 1))
    for (const validator of [0, 1]) {
      receipts.store(network.receipt(validator, at(0, 1), bytes, ADMITTED), network.receipt(validator, at(0), bytes, refusedWith('DUPLICATE')))
    }
    await until('both are judged', () => recorder.status().admitted === 1 && recorder.status().rejected === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted'])
    expect(await harness.lifeOf(uuidV5('message/ai.anomalies.v1/1/0'))).toEqual(['Published', 'Rejected'])
  })

  it('begins a lifecycle with the block when the message was not read yet, and links the message later', async () => {
    const { network, messages, receipts, chain } = harness
    const bytes = network.message({ id: testId(1) })
    const blocks = createTestChain(network)
    blocks.add([bytes])
    blocks.add([])
    const recorder = harness.start()
    chain.push(...blocks.committed())
    await until('it is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    messages.push(published(0, bytes), published(5, bytes))
    for (const validator of [0, 1]) receipts.store(network.receipt(validator, at(0), bytes, ADMITTED), network.receipt(validator, at(5), bytes, refusedWith('DUPLICATE')))
    await until('the second copy is rejected', () => recorder.status().rejected === 1)
    expect(recorder.status()).toMatchObject({ published: 2, committed: 1, rejected: 1, inFlight: 0 })
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
  })

  it('rejects by execution what a certified block refused', async () => {
    const { network, messages, receipts, chain, sink } = harness
    const first = network.message({ id: testId(1) })
    const second = network.message({ id: testId(1), payload: Buffer.from('{"severity":7,"confidence":0.9,"other":1}') })
    const recorder = harness.start()
    messages.push(published(0, first), published(1, second))
    receipts.store(network.receipt(0, at(0), first, ADMITTED), network.receipt(1, at(1), second, ADMITTED))
    await until('both are admitted', () => recorder.status().admitted === 2)
    const blocks = createTestChain(network)
    blocks.add([first, second])
    blocks.add([])
    chain.push(...blocks.committed())
    await until('both are settled', () => recorder.status().inFlight === 0)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
    const other = await harness.eventsOf(anomalyStream(uuidV5('message/ai.anomalies.v1/0/1')))
    expect(other.at(-1)?.event).toMatchObject({ type: 'AnomalyRejected', data: { code: 'DUPLICATE', by: { kind: 'execution', placement: { height: 1, txIndex: 1 } } } })
    await until('the dead letter is sent', () => sink.letters.length === 1)
  })

  it('times out what nobody answers and what no block takes, and expires what is past its time', async () => {
    const { network, messages, receipts, time } = harness
    const silent = network.message({ id: testId(1) })
    const stuck = network.message({ id: testId(2) })
    const old = network.message({ id: testId(3), atMs: NOW - 290_000 })
    const recorder = harness.start()
    messages.push(published(0, silent), published(1, stuck), published(2, old))
    receipts.store(network.receipt(0, at(1), stuck, ADMITTED), network.receipt(0, at(2), old, ADMITTED))
    await until('two are admitted', () => recorder.status().admitted === 2)
    time.now = NOW + 30_001
    await until('the silent one timed out and the old one expired', () => recorder.status().timeout === 1 && recorder.status().expired === 1)
    time.now = NOW + 60_002
    await until('the stuck one timed out', () => recorder.status().timeout === 2)
    expect((await harness.eventsOf(anomalyStream(testId(1)))).at(-1)?.event).toMatchObject({ data: { stage: 'PUBLISHED', waitedForMs: 30_101 } })
    expect((await harness.eventsOf(anomalyStream(testId(2)))).at(-1)?.event).toMatchObject({ type: 'AnomalyTimedOut', data: { stage: 'ADMITTED' } })
    expect(await harness.lifeOf(testId(3))).toEqual(['Published', 'Admitted', 'Expired'])
  })

  it('records a commit that comes after the time-out', async () => {
    const { network, messages, chain, time } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    await until('it is published', () => recorder.status().published === 1)
    time.now = NOW + 31_000
    await until('it timed out', () => recorder.status().timeout === 1)
    const blocks = createTestChain(network)
    blocks.add([bytes])
    blocks.add([])
    chain.push(...blocks.committed())
    await until('it is committed', () => recorder.status().committed === 1)
    expect(recorder.status()).toMatchObject({ published: 1, timeout: 0, committed: 1, inFlight: 0 })
  })

  it('calls nothing late that it had no time to read after a restart', async () => {
    const { network, messages, receipts, time } = harness
    const bytes = network.message({ id: testId(1) })
    let recorder = harness.start()
    messages.push(published(0, bytes))
    await until('it is published', () => recorder.status().published === 1)
    await harness.stop()
    time.now = NOW + 3_600_000
    let pulls = 0
    recorder = harness.start({ receipts: { ...receipts, receiptsFrom: (...question) => { pulls += 1; return receipts.receiptsFrom(...question) } } })
    await until('it has asked often, and swept in between', () => pulls > 50)
    receipts.store(network.receipt(0, at(0), bytes, ADMITTED))
    await until('it is admitted, an hour later', () => recorder.status().admitted === 1)
    expect(recorder.status().timeout).toBe(0)
  })

  it('calls a message late by when it could read it, not by how long it lay in the topic', async () => {
    const { network, messages, receipts, time } = harness
    let pulls = 0
    const recorder = harness.start({ receipts: { ...receipts, receiptsFrom: (...question) => { pulls += 1; return receipts.receiptsFrom(...question) } } })
    await until('it has opened', () => pulls > 0)
    time.now = NOW + 3_600_000
    const bytes = network.message({ id: testId(1) })
    messages.push(published(0, bytes))
    await until('it is published', () => recorder.status().published === 1)
    const before = pulls
    await until('it has swept', () => pulls > before + 50)
    receipts.store(network.receipt(0, at(0), bytes, ADMITTED))
    await until('it is admitted', () => recorder.status().admitted === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted'])
  })

  it('sends dead letters again until they are taken', async () => {
    const { network, messages, receipts, sink } = harness
    sink.failNext = 3
    const recorder = harness.start()
    messages.push(published(0, Uint8Array.of(1)))
    for (const validator of [0, 1]) receipts.store(network.receipt(validator, at(0), Uint8Array.of(1), refusedWith('MALFORMED')))
    await until('the letter is taken', () => sink.letters.length === 1)
    expect(recorder.notices()).toMatchObject({ 'dead-letters-failed': 3 })
  })

  it('builds a deleted index again from the log, without writing anything twice', async () => {
    const { network, messages, receipts, chain } = harness
    const bytes = [network.message(), network.message(), Uint8Array.of(9)]
    let recorder = harness.start()
    messages.push(...bytes.map((message, i) => published(i, message)))
    bytes.forEach((message, i) => [0, 1].forEach((v) => receipts.store(network.receipt(v, at(i), message, i < 2 ? ADMITTED : refusedWith('MALFORMED')))))
    const blocks = createTestChain(network)
    blocks.add(bytes.slice(0, 1))
    blocks.add([])
    chain.push(...blocks.committed())
    await until('all is recorded', () => recorder.status().committed === 1 && recorder.status().rejected === 1 && recorder.status().admitted === 2)
    const before = recorder.status()
    const events = (await harness.eventsOf()).length
    await harness.stop()
    await harness.dropIndex()
    harness.time.now += 1
    recorder = harness.start()
    await until('it has caught up', () => recorder.status().position === events + 1)
    expect({ ...recorder.status(), position: 0 }).toEqual({ ...before, position: 0 })
    messages.push(published(3, network.message({ id: testId(99) })))
    await until('it goes on', () => recorder.status().published === 4)
    // The second start is the only event that is not from a message.
    expect((await harness.eventsOf()).length).toBe(events + 2)
  })

  it('decides again when another writer was faster', async () => {
    const { network, messages, receipts, log } = harness
    const bytes = network.message({ id: testId(1) })
    const recorder = harness.start()
    messages.push(published(0, bytes))
    await until('it is published', () => recorder.status().published === 1)
    await log.append([{ stream: anomalyStream(testId(1)), expected: 0, events: [{ id: uuidV5(`timed-out/${testId(1)}`), event: { type: 'AnomalyTimedOut', data: { anomalyId: testId(1), waitedForMs: 1, stage: 'PUBLISHED', at: NOW } } }] }])
    receipts.store(network.receipt(0, at(0), bytes, ADMITTED), network.receipt(0, at(1), network.message(), ADMITTED))
    messages.push(published(1, network.message({ id: testId(2) })))
    await until('both writers are seen', () => recorder.status().timeout === 1 && recorder.status().published === 2)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'TimedOut'])
  })

  it('stops with an alarm when the log says something else under the same id', async () => {
    const { network, messages, log } = harness
    const recorder = harness.start()
    await until('it has opened', () => recorder.status().position >= 6)
    const bytes = network.message({ id: testId(1) })
    await log.append([{ stream: 'operator', expected: 'any', events: [{ id: uuidV5(`published/${testId(1)}`), event: { type: 'OperatorActionRecorded', data: { actor: 'x', action: 'x', resource: 'x', result: 'failure', reason: 'x', fields: {}, at: NOW } } }] }])
    messages.push(published(0, bytes))
    await expect(recorder.done).rejects.toMatchObject({ code: 'ID_CONFLICT' })
  })

  it('refuses a block whose certificate is forged, asks again, and goes on with the real one', async () => {
    const { network, chain } = harness
    const blocks = createTestChain(network)
    blocks.add([network.message({ id: testId(1) })])
    blocks.add([])
    const [real] = blocks.committed()
    if (real === undefined) throw new Error('no block')
    const forged = { ...real, certificate: { ...real.certificate, signatures: real.certificate.signatures.slice(0, 3) } }
    const recorder = harness.start()
    chain.push(forged)
    await until('it is refused', () => chain.refusals.length === 1)
    expect(chain.refusals).toEqual(['bad-certificate'])
    expect(recorder.status().height).toBe(0)
    chain.push(real)
    await until('the real one is recorded', () => recorder.status().height === 1)
  })
})
