import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGenesis } from '../../domain/genesis.js'
import { bytesToHex } from '../../domain/bytes.js'
import { signerOf as keyOf } from '../../domain/execution/testing/network.js'
import { evidenceOf } from '../../domain/execution/testing/reports.js'
import { asHeight, type UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import { encodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { policyBytes, type MessageSpec } from '../../domain/policy/testing/policies.js'
import { createTestNetwork, NOW, signerOf } from '../../eventlog/recorder/testing/network.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { until } from '../testing/until.js'
import { createValidatorHarness } from '../testing/validator.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { TOPICS, type Transport, type TransportRecord } from '../transport/transport.js'
import { forecast, whyRefused } from './forecast.js'
import type { ReceivedLetter } from './letter.js'
import { readLetters } from './read-letters.js'
import { readTopic } from './read-topic.js'
import { replay } from './replay.js'
import { letterOf, sinkOf, trustOf } from './testing/letters.js'

const network = createTestNetwork()
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

describe('replay', () => {
  const folder = temporaryFolder()
  let transport: Transport
  beforeEach(async () => { transport = await openEmbeddedTransport(join(folder.path, 'topics')) })
  afterEach(async () => {
    await transport.close()
    folder.remove()
  })

  const letters = async (...sent: Parameters<typeof letterOf>[]): Promise<readonly ReceivedLetter[]> => {
    await sinkOf(transport, network).send(sent.map((args) => letterOf(...args)))
    return (await readLetters(transport, trustOf(network))).letters
  }
  const topic = async (): Promise<TransportRecord[]> => {
    const records: TransportRecord[] = []
    await readTopic(transport, TOPICS.anomalies.name, (record) => void records.push(record))
    return records
  }

  it('sends key, value and headers of the original to its partition, and says where they lie', async () => {
    const message = network.message()
    const { sent } = await replay(transport, await letters([Buffer.from('x'), 'SKEW', 4, { key: Buffer.from('k'), headers: { trace: '1' } }], [message, 'SKEW', 5]))
    expect([...sent]).toEqual([4, 5].map((offset, i) => [`ai.anomalies.v1/1/${offset}`, { topic: 'ai.anomalies.v1', partition: 1, offset: i }]))
    expect(await topic()).toMatchObject([
      { partition: 1, key: bytesOf('k'), value: bytesOf('x'), headers: { trace: '1', replay_of: 'ai.anomalies.v1/1/4' } },
      { partition: 1, key: network.producers[0]?.publicKey, value: message },
    ])
  })

  it('sends nothing a second time, also when it was killed after a part of it', async () => {
    const all = await letters(...Array.from({ length: 250 }, (_, i): Parameters<typeof letterOf> => [Buffer.from([i]), 'SKEW', i]))
    let sends = 0
    const dying: Transport = {
      ...transport,
      async send(records) {
        sends += 1
        const places = await transport.send(sends === 2 ? records.slice(0, 30) : records)
        if (sends === 2) throw new Error('killed')
        return places
      },
    }
    await expect(replay(dying, all)).rejects.toThrow('killed')
    expect(await topic()).toHaveLength(130)
    const { sent, before } = await replay(transport, all)
    expect([sent.size, before.size]).toEqual([120, 130])
    expect((await replay(transport, all)).sent.size).toBe(0)
    expect(new Set((await topic()).map(({ headers }) => headers['replay_of'])).size).toBe(250)
    expect(await topic()).toHaveLength(250)
  })

  it('is not kept from sending by a record that only says it is a replay', async () => {
    const all = await letters([Buffer.from('x'), 'SKEW', 4])
    await transport.send([{ topic: TOPICS.anomalies.name, key: Buffer.from('k'), value: Buffer.from('y'), headers: { replay_of: 'ai.anomalies.v1/1/4' } }])
    expect((await replay(transport, all)).sent.size).toBe(1)
  })
})

describe('what a replay would bring', () => {
  const rules = rulesOf(network.genesis)
  const at = (bytes: Uint8Array, code: Parameters<typeof letterOf>[1], now: number, changes = rules) =>
    forecast({ ...letterOf(bytes, code, 1), place: { topic: 'ai.dlq.v1', partition: 0, offset: 0 }, isSigned: true }, now as UnixMillis, { rules: changes, height: asHeight(1) }, network.verify)

  it('is known from the rules of today and the time in the message', () => {
    const future = network.message({ atMs: NOW + 400_000 })
    expect(at(future, 'SKEW', NOW)).toEqual({ kind: 'later', from: NOW + 100_000, until: NOW + 700_000 })
    expect(at(future, 'SKEW', NOW + 100_000)).toEqual({ kind: 'passes', until: NOW + 700_000 })
    expect(at(future, 'SKEW', NOW + 701_000)).toMatchObject({ kind: 'refused', code: 'SKEW', reason: 'ts is 1 s too old' })
  })

  it('follows an allow-list that was mended', () => {
    const late = signerOf('late producer')
    const bytes = network.message({ signer: late })
    expect(at(bytes, 'UNKNOWN_PRODUCER', NOW)).toMatchObject({ kind: 'refused', code: 'UNKNOWN_PRODUCER' })
    const { chainId: _chainId, ...body } = network.genesis
    const mended = createGenesis({ ...body, producers: [...body.producers, { name: 'late', publicKey: Buffer.from(late.publicKey).toString('hex'), schemes: ['v2'] }] })
    expect(at(bytes, 'UNKNOWN_PRODUCER', NOW, rulesOf(mended))).toMatchObject({ kind: 'passes' })
  })

  it('is a refusal where the bytes are at fault, or validators remember what stood in the way', () => {
    expect(at(Uint8Array.of(1), 'MALFORMED', NOW)).toMatchObject({ kind: 'refused', code: 'MALFORMED' })
    expect(at(network.message(), 'REPLAY', NOW)).toMatchObject({ kind: 'refused', code: 'REPLAY' })
    expect(at(network.message(), 'DUPLICATE', NOW)).toMatchObject({ kind: 'refused', code: 'DUPLICATE' })
  })

  it('is nothing where the letter does not hold the message', () => {
    const letter = { ...letterOf(network.message(), 'TOO_LARGE', 1), bytes: new Uint8Array(0), place: { topic: 'ai.dlq.v1', partition: 0, offset: 0 }, isSigned: true }
    expect(forecast(letter, NOW, { rules, height: asHeight(1) }, network.verify)).toEqual({ kind: 'not-kept' })
  })
})

describe('what a replay would bring of a message that is no anomaly', () => {
  const governed = createTestNetwork(5, {
    policyAuthorities: [{ name: 'head', publicKey: bytesToHex(keyOf('head').publicKey) }], analysts: [{ name: 'analyst', publicKey: bytesToHex(keyOf('a0').publicKey) }],
  })
  const rules = rulesOf(governed.genesis)
  const second = Math.floor(NOW / 1000)
  const letter = (topic: string, bytes: Uint8Array, code: Parameters<typeof letterOf>[1]) =>
    ({ ...letterOf(bytes, code, 1, { origin: { topic, partition: 0, offset: 1 } }), place: { topic: 'ai.dlq.v1', partition: 0, offset: 0 }, isSigned: true })
  const policy = (code: Parameters<typeof letterOf>[1], spec: MessageSpec = {}) => letter(TOPICS.policy.name, policyBytes(1, { tsSeconds: second, ...spec }), code)
  const expected = (of: ReceivedLetter, height: number, now: number = NOW) => forecast(of, now as UnixMillis, { rules, height: asHeight(height) }, governed.verify)

  it('is that of a policy for the next block: its height counts beside its time', () => {
    expect(expected(policy('UNKNOWN_PRODUCER'), 4)).toEqual({ kind: 'passes', until: NOW + 300_000, below: 5 })
    expect(expected(policy('UNKNOWN_PRODUCER'), 5)).toMatchObject({ kind: 'refused', code: 'SKEW', reason: expect.stringContaining('effective height 5') as string })
    const early = policy('SKEW', { tsSeconds: second + 400 })
    expect(expected(early, 4)).toEqual({ kind: 'later', from: NOW + 100_000, until: NOW + 700_000, below: 5 })
    expect(expected(early, 5)).toMatchObject({ kind: 'refused', code: 'SKEW' })
    expect(expected(policy('UNKNOWN_PRODUCER', { signer: 'p0' }), 4)).toMatchObject({ kind: 'refused', code: 'UNKNOWN_PRODUCER' })
    expect(expected(policy('DUPLICATE'), 4)).toMatchObject({ kind: 'refused', code: 'DUPLICATE' })
  })

  it('is that of a report by the rules for reports', () => {
    const report = (code: Parameters<typeof letterOf>[1], signer: string) => letter(TOPICS.evidence.name, encodeEvidenceMessage(evidenceOf(1, { tsSeconds: second }, signer)), code)
    expect(expected(report('UNKNOWN_PRODUCER', 'a0'), 4)).toEqual({ kind: 'passes', until: NOW + 300_000 })
    expect(expected(report('UNKNOWN_PRODUCER', 'stranger'), 4)).toMatchObject({ kind: 'refused', code: 'UNKNOWN_PRODUCER' })
  })

  it('is explained by the check that failed; a height that has passed since is not taken for the reason', () => {
    const why = (of: ReceivedLetter, height: number) => whyRefused(of, { rules, height: asHeight(height) }, governed.verify)
    expect(why(policy('SKEW'), 9)).toMatchObject({ ok: false, code: 'SKEW', field: 'params.effectiveHeight' })
    expect(why(policy('DUPLICATE'), 9)).toMatchObject({ ok: true })
    expect(why(policy('INVALID_SIGNATURE', { tamper: (message) => ({ ...message, action: 'add' }) }), 9)).toMatchObject({ ok: false, code: 'INVALID_SIGNATURE' })
  })
})

describe('a validator that refused a message', () => {
  it('admits it when it comes again and nothing is in its way any more: a refusal uses up no nonce and no id', async () => {
    const harness = await createValidatorHarness()
    try {
      const { receipts, send, start, time } = harness
      const early = harness.network.message({ atMs: NOW + 400_000 })
      start()
      await send(early)
      await until('it is refused', () => receipts.length === 1)
      time.now = NOW + 150_000
      await send(early)
      await until('it is judged again', () => receipts.length === 2)
      expect(receipts.map(({ verdict }) => verdict)).toEqual([{ kind: 'rejected', code: 'SKEW' }, { kind: 'admitted' }])
    } finally {
      await harness.destroy()
    }
  })
})
