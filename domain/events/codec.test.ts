import { describe, expect, test } from 'vitest'
import { asAnomalyId, asHex32, asMillis } from '../ids.js'
import { decodeEvent, encodeEvent, EventFormatError } from './codec.js'
import type { DomainEvent } from './schema.js'

const expired: DomainEvent = {
  type: 'AnomalyExpired',
  data: { anomalyId: asAnomalyId('3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11'), validUntil: asMillis(1_760_595_055_000), at: asMillis(1_760_595_056_000) },
}

describe('event codec', () => {
  test('64-bit integers are decimal strings in JSON and numbers in memory', () => {
    const encoded = encodeEvent(expired)
    expect(encoded.data).toEqual({ anomalyId: expired.data.anomalyId, validUntil: '1760595055000', at: '1760595056000' })
    expect(decodeEvent(encoded)).toEqual(expired)
  })

  test('a published anomaly keeps nulls and nested origin', () => {
    const event: DomainEvent = {
      type: 'AnomalyPublished',
      data: {
        anomalyId: expired.data.anomalyId, claimedId: null, authentic: false, origin: { topic: 'ai.anomalies.v1', partition: 2, offset: 7 },
        messageHash: asHex32('ab'.repeat(32)), message: 'AAEC', producerId: null, anomalyType: null, source: null, severity: null, confidence: null,
        detectedAtSeconds: null, contentHash: null, modelVersion: null, signScheme: null, at: asMillis(5),
      },
    }
    const encoded = encodeEvent(event)
    expect((encoded.data as { origin: { offset: string } }).origin.offset).toBe('7')
    expect(decodeEvent(JSON.parse(JSON.stringify(encoded)))).toEqual(event)
  })

  test('wrong data names the field', () => {
    const encoded = encodeEvent(expired)
    const broken = { ...encoded, data: { ...(encoded.data as object), at: 5 } }
    expect(() => decodeEvent(broken)).toThrow(EventFormatError)
    expect(() => decodeEvent(broken)).toThrow(/at/)
    expect(() => decodeEvent({ ...encoded, version: 9 })).toThrow(/version/)
    expect(() => decodeEvent({ ...encoded, type: 'Nope' })).toThrow(/unknown/)
  })
})
