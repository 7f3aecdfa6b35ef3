import { describe, expect, test } from 'vitest'
import type { Upcasters } from '../domain/events/upcast.js'
import { isSameEvent } from './same-event.js'

const renamed: Upcasters = {
  AnomalyExpired: [(data) => {
    const { deadline, ...rest } = data as { readonly deadline: string }
    return { ...rest, validUntil: deadline }
  }],
}
const anomalyId = '3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11'
const old = { type: 'AnomalyExpired', version: 1, data: { anomalyId, deadline: '5', at: '6' } }
const now = { type: 'AnomalyExpired', version: 2, data: { anomalyId, validUntil: '5', at: '6' } }

describe('an event that comes again', () => {
  test('is the same in the same shape, whatever the order of its fields', () => {
    expect(isSameEvent(now, { ...now, data: { at: '6', validUntil: '5', anomalyId } }, renamed)).toBe(true)
  })
  test('is the same in a newer shape', () => {
    expect(isSameEvent(old, now, renamed)).toBe(true)
  })
  test('is another with other data, in either shape, or of another type', () => {
    expect(isSameEvent(now, { ...now, data: { ...now.data, at: '7' } }, renamed)).toBe(false)
    expect(isSameEvent(old, { ...now, data: { ...now.data, validUntil: '7' } }, renamed)).toBe(false)
    expect(isSameEvent({ ...old, type: 'AnomalyCommitted' }, now, renamed)).toBe(false)
  })
})
