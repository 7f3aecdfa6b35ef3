import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly, type AnomalyMessage } from '../../domain/message/anomaly.js'
import { anomalySignBytes, signAnomaly, type AnomalyDraft } from '../../domain/message/sign-anomaly.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type Transport, type TransportRecord } from '../../ingest/transport/transport.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { readLedger } from '../support/ledger.js'
import { startUp, statusOf, temporaryFolder, until, type Running, type Up } from '../support/mesh.js'

/** Every refusal that a message can meet today, sent to a running mesh between good ones. */
describe('bad messages beside good ones', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  let up: Up
  let running: Running
  let transport: Transport
  let producer: Signer

  const draft = (changes: Partial<AnomalyDraft> = {}): AnomalyDraft => ({
    id: asAnomalyId(randomUUID()), type: 'ddos', source: 'bad-messages', severity: 5, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
    payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: randomUUID() })), modelVersion: 'test', nonce: new Uint8Array(randomBytes(16)), ...changes,
  })
  const signed = (changes: Partial<AnomalyDraft> = {}): AnomalyMessage => signAnomaly(draft(changes), producer, 'v2')
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
  const send = async (...messages: readonly Uint8Array[]): Promise<void> => {
    await transport.send(messages.map((value) => ({ topic: TOPICS.anomalies.name, key: producer.publicKey, value })))
  }

  beforeAll(async () => {
    up = startUp(data)
    running = await up.ready()
    producer = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
    transport = await openEmbeddedTransport(join(data, 'topics'))
  }, 200_000)
  afterAll(async () => {
    await transport?.close().catch(() => undefined)
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  test('each ends REJECTED with its code and as a dead letter; the good ones commit', async () => {
    const stranger = createSigner(new Uint8Array(randomBytes(32)))
    const good = signed()
    const bigPayload = utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, filler: 'x'.repeat(300 * 1024) }))
    const bad: { code: RejectCode; bytes: Uint8Array; claim: string }[] = []
    const add = (code: RejectCode, message: AnomalyMessage, bytes = encodeAnomaly(message)): void => void bad.push({ code, bytes, claim: message.id })
    add('TOO_LARGE', signed({ payload: bigPayload }))
    add('UNKNOWN_PRODUCER', signAnomaly(draft(), stranger, 'v2'))
    const forged = signed()
    add('INVALID_SIGNATURE', { ...forged, signature: flip(forged.signature) })
    add('INVALID_SIGNATURE', { ...signed(), severity: 9 })
    const mismatched = { ...signed(), contentHash: new Uint8Array(32) }
    add('HASH_MISMATCH', { ...mismatched, signature: producer.sign(anomalySignBytes(mismatched, 'v2')) })
    add('MALFORMED', signed({ severity: 6 }))
    add('SKEW', signed({ tsSeconds: Math.floor(Date.now() / 1000) - 3600 }))
    add('SKEW', signed({ tsSeconds: Math.floor(Date.now() / 1000) + 3600 }))
    add('REPLAY', signed({ nonce: good.nonce }))
    add('DUPLICATE', signed({ id: asAnomalyId(good.id) }))
    const garbage = [new Uint8Array(0), new Uint8Array(randomBytes(200)), new Uint8Array([...encodeAnomaly(signed()), 0x98, 0x06, 0x01])]
    const huge = new Uint8Array(randomBytes(1024 * 1024 + 1))

    await send(encodeAnomaly(good))
    await until('the first good one is committed', async () => Number((await statusOf(running, 'recorder'))['committed']) >= 1, 60_000)
    const others = Array.from({ length: 10 }, () => signed())
    await send(...bad.flatMap(({ bytes }, i) => [bytes, encodeAnomaly(others[i % others.length] as AnomalyMessage)]).slice(0, bad.length + others.length), ...garbage, huge, encodeAnomaly(good))

    const refused = bad.length + garbage.length + 2
    await until(`${refused} are rejected`, async () => Number((await statusOf(running, 'recorder'))['rejected']) >= refused, 90_000)
    const letters = await readDeadLetters(transport, refused)
    await transport.close()
    const summary = await up.interrupt()

    const ledger = await readLedger(data)
    expect(ledger.faults).toEqual([])
    expect(ledger.unaccounted).toBe(0)
    for (const { code, claim } of bad) {
      if (claim === good.id) continue
      expect({ claim, code: ledger.rejections.get(claim) }).toEqual({ claim, code })
    }
    for (const message of [good, ...others.slice(0, 9)]) expect(ledger.anomalies.get(message.id)?.state).toBe('COMMITTED')
    const codes = letters.map(({ headers }) => headers['error'])
    for (const { code } of bad) expect(codes).toContain(code)
    expect(codes.filter((code) => code === 'MALFORMED').length).toBeGreaterThanOrEqual(garbage.length)
    expect(letters.every(({ headers }) => headers['original_topic'] === TOPICS.anomalies.name && headers['original_offset'] !== undefined)).toBe(true)
    expect(summary.published).toBe(summary.committed + summary.rejected + summary.timeout + summary.expired + summary.inFlight)
    expect(summary.inFlight).toBe(0)
  })
})

async function readDeadLetters(transport: Transport, atLeast: number): Promise<TransportRecord[]> {
  const consumer = await transport.consume({ topics: [TOPICS.deadLetters.name], group: 'bad-messages-test' })
  const done = new AbortController()
  const timer = setTimeout(() => done.abort(), 30_000)
  const letters: TransportRecord[] = []
  for await (const batch of consumer.batches(done.signal)) {
    letters.push(...batch)
    if (letters.length >= atLeast) done.abort()
  }
  clearTimeout(timer)
  await consumer.close()
  return letters
}
