/** Whatever bytes stand in the topic, the recorder gives them a lifecycle that the log can store and read back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeEvent } from '../../domain/events/codec.js'
import { AnomalyEvent } from '../../proto/messages.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import { MAX_EVENT_BYTES } from '../check-append.js'
import { MAX_KEPT_MESSAGE_BYTES, publishedData } from './identity.js'
import { encodeRecord } from '../record.js'
import { asPosition } from '../../domain/ids.js'
import { at } from './testing/harness.js'
import { createTestNetwork, NOW, testId } from './testing/network.js'

const network = createTestNetwork()
const context = { rules: rulesOf(network.genesis), verify: network.verify, isTaken: () => false }
const good = network.message()

function storable(bytes: Uint8Array): number {
  const event = { type: 'AnomalyPublished', data: publishedData(bytes, { kind: 'origin', origin: at(3) }, NOW, context) } as const
  const encoded = encodeEvent(event)
  expect(decodeEvent(JSON.parse(JSON.stringify(encoded)) as typeof encoded)).toEqual(event)
  return encodeRecord({ id: testId(1), event }, { stream: 'anomaly-x', revision: 0, position: asPosition(0) }).length
}

describe('hostile bytes', () => {
  it('become a storable event whatever they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void storable(bytes)))
  })

  it('become a storable event when a good message is changed anywhere', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(good.length), (changes, cut) => {
      const bytes = good.slice(0, cut === 0 ? good.length : cut)
      for (const [index, value] of changes) if (index < bytes.length) bytes[index] = value
      storable(bytes)
    }))
  })

  it('become a storable event with any field values protobuf can carry', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    const blob = fc.uint8Array({ maxLength: 70 })
    const message = fc.record({
      id: fc.oneof(text, fc.constant(testId(5))), type: text, source: text, severity: fc.nat(0xffff_ffff), confidence: fc.double(), ts: fc.maxSafeInteger(), contentHash: blob,
      payload: blob, modelVersion: text, producerId: blob, nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }), signature: blob, pubkey: blob, alg: fc.constantFrom('Ed25519', 'Ed25519-v2', 'x'),
    })
    fc.assert(fc.property(message, (fields) => void storable(AnomalyEvent.encode(fields).finish())))
  })

  it('of any size stay below what the log takes', () => {
    for (const size of [MAX_KEPT_MESSAGE_BYTES, MAX_KEPT_MESSAGE_BYTES + 1, 16 * 1024 * 1024]) expect(storable(new Uint8Array(size))).toBeLessThan(MAX_EVENT_BYTES)
  })
})
