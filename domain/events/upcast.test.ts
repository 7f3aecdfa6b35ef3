import { describe, expect, test } from 'vitest'
import type { Json } from '../canonical-json.js'
import type { EventFormatError } from './codec.js';
import { decodeEvent, encodeEvent } from './codec.js'
import { newestVersion, upcast, type Upcasters } from './upcast.js'

/** A made-up past of AnomalyExpired: first a `deadline` in seconds, then in milliseconds, now `validUntil`. */
const past: Upcasters = {
  AnomalyExpired: [
    (data) => ({ ...(data as object), deadline: `${String((data as { deadline: string }).deadline)}000` }),
    (data) => {
      const { deadline, ...rest } = data as { readonly [key: string]: Json }
      return { ...rest, validUntil: deadline as Json }
    },
  ],
}
const anomalyId = '3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11'
const versions = [
  { type: 'AnomalyExpired', version: 1, data: { anomalyId, deadline: '1760595055', at: '1760595056000' } },
  { type: 'AnomalyExpired', version: 2, data: { anomalyId, deadline: '1760595055000', at: '1760595056000' } },
  { type: 'AnomalyExpired', version: 3, data: { anomalyId, validUntil: '1760595055000', at: '1760595056000' } },
]

describe('upcasting', () => {
  test.each(versions)('an event of version $version is read in the newest shape', (encoded) => {
    expect(decodeEvent(encoded, past)).toEqual({ type: 'AnomalyExpired', data: { anomalyId, validUntil: 1_760_595_055_000, at: 1_760_595_056_000 } })
  })

  test('what is written has the newest version', () => {
    const event = decodeEvent(versions[0] as (typeof versions)[number], past)
    expect(encodeEvent(event, past)).toEqual(versions[2])
    expect([newestVersion('AnomalyExpired', past), newestVersion('AnomalyExpired')]).toEqual([3, 1])
  })

  test.each([0, 4, 1.5])('version %d is refused, naming the field', (version) => {
    expect(() => decodeEvent({ ...versions[2], version } as never, past)).toThrow(expect.objectContaining({ field: 'version' }) as EventFormatError)
  })

  test('a type without a past is left as it is', () => {
    expect(upcast('AnomalyCommitted', 1, { a: 1 }, past)).toEqual({ a: 1 })
  })

  test('data that its upcaster left in the wrong shape is told by field', () => {
    expect(() => decodeEvent({ type: 'AnomalyExpired', version: 2, data: { anomalyId, deadline: 'soon', at: '1' } }, past)).toThrow(expect.objectContaining({ field: 'validUntil' }) as EventFormatError)
  })
})
