import { describe, expect, it } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import type { UnixMillis } from '../../domain/ids.js'
import { checkAnomaly, rulesOf } from '../../domain/message/check-anomaly.js'
import type { OutgoingRecord } from '../../ingest/transport/transport.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import { createAnomalyPublisher, type AnomalyDraft } from './anomaly-publisher.js'

const network = createTestNetwork()
const signer = network.producers[0] as (typeof network.producers)[number]
const draft = (n: number): AnomalyDraft => ({
  anomalyId: testId(n), type: 'ddos', source: 'test', severity: 8, confidence: 0.75, payload: Buffer.from('{"severity":8,"confidence":0.75}'),
  modelVersion: 'rules-1', detectedAtMs: NOW,
})

function publisher(failures = 0, scheme: 'v1' | 'v2' = 'v2') {
  const sent: OutgoingRecord[] = []
  const attempts: Uint8Array[] = []
  const instance = createAnomalyPublisher({
    transport: {
      send(records) {
        attempts.push(...records.map(({ value }) => value))
        if (failures-- > 0) return Promise.reject(new Error('the broker is away'))
        const first = sent.length
        sent.push(...records)
        return Promise.resolve(records.map(({ topic }, i) => ({ topic, partition: 0, offset: first + i })))
      },
    },
    signer, scheme, clock: () => NOW as UnixMillis, random: (length) => new Uint8Array(length).fill(0xee),
    retry: { attempts: 4, firstPauseMs: 1, longestPauseMs: 1 },
  })
  return { instance, sent, attempts }
}

describe('the anomaly publisher', () => {
  it('sends what validators accept, under both schemes, keyed by the producer', async () => {
    for (const scheme of ['v1', 'v2'] as const) {
      const { instance, sent } = publisher(0, scheme)
      const [one] = await instance.publish([draft(1)])
      expect(one).toMatchObject({ anomalyId: testId(1), mark: { topic: 'ai.anomalies.v1', partition: 0, offset: 0 } })
      expect(checkAnomaly(sent[0]?.value as Uint8Array, NOW, rulesOf(network.genesis), network.verify)).toMatchObject({ ok: true, scheme, message: { id: testId(1), severity: 8 } })
      expect(bytesToHex(sent[0]?.key as Uint8Array)).toBe(instance.producerId)
    }
  })

  it('gives every message its own nonce: time, instance, counter', async () => {
    const { instance, sent } = publisher()
    await instance.publish([draft(1), draft(2)])
    await instance.publish([draft(3)])
    const nonces = sent.map(({ value }) => {
      const check = checkAnomaly(value, NOW, rulesOf(network.genesis), network.verify)
      return check.ok ? bytesToHex(check.message.nonce) : 'refused'
    })
    const time = NOW.toString(16).padStart(16, '0')
    expect(nonces).toEqual([`${time}eeeeeeeeeeeeeeef`, `${time}eeeeeeeeeeeeeef0`, `${time}eeeeeeeeeeeeeef1`])
  })

  it('sends the same bytes on every attempt', async () => {
    const { instance, attempts } = publisher(3)
    await instance.publish([draft(1)])
    expect(attempts.length).toBe(4)
    expect(new Set(attempts.map(bytesToHex)).size).toBe(1)
    expect(instance.counters()).toEqual({ published: 1, retries: 3, failed: 0 })
  })

  it('reports the transport\'s error when its attempts are used up', async () => {
    const { instance } = publisher(99)
    await expect(instance.publish([draft(1)])).rejects.toThrow('the broker is away')
    expect(instance.counters()).toEqual({ published: 0, retries: 3, failed: 1 })
  })

  it('stops trying when it is told to', async () => {
    const { instance, attempts } = publisher(99)
    await expect(instance.publish([draft(1)], AbortSignal.abort(new Error('shutting down')))).rejects.toThrow('shutting down')
    expect(attempts).toEqual([])
  })
})
