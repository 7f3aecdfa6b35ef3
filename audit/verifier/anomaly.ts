/**
 * The anomaly as its detector signed it: protobuf wire bytes, read without a library. Field numbers are those of
 * cybermesh.ai.v1.AnomalyEvent; each field stands once, in rising order, and defaults are left out.
 */
import { concat, hexOf, isEqual, tag, textOf, u64, utf8 } from './bytes.js'
import { demand, refuse } from './fault.js'
import type { Primitives } from './primitives.js'

export type Anomaly = {
  readonly id: string
  readonly type: string
  readonly source: string
  readonly severity: number
  readonly confidence: number
  /** When the detector says it happened, unix seconds. */
  readonly tsSeconds: number
  readonly contentHash: Uint8Array
  readonly modelVersion: string
  readonly producerId: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  /** "v2" signs the whole message; "v1", the original's, signs time, nonce and the payload's hash. */
  readonly scheme: 'v1' | 'v2'
  /** The message without its signature: what scheme v2 covers. */
  readonly unsigned: Uint8Array
}

const PART = 'anomaly'
const WIRE_OF_FIELD = [2, 2, 2, 0, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2] as const
const SIGNATURE_FIELD = 12

type Field = { readonly start: number; readonly end: number; readonly number: bigint; readonly bytes: Uint8Array }

export function readAnomaly(message: Uint8Array): Anomaly {
  const fields = readFields(message)
  const bytes = (field: number, length?: number): Uint8Array => {
    const value = fields.get(field)?.bytes ?? new Uint8Array(0)
    demand(length === undefined || value.length === length, PART, `field ${field} of the message has ${value.length} bytes, not ${length}`)
    return value
  }
  const text = (field: number): string => textOf(bytes(field), PART, `field ${field} of the message`)
  const whole = (field: number): number => Number(fields.get(field)?.number ?? 0n)
  const alg = text(14)
  demand(alg === 'Ed25519' || alg === 'Ed25519-v2', PART, 'the message names no known signature scheme')
  const cut = fields.get(SIGNATURE_FIELD) ?? refuse(PART, 'the message is not signed')
  return {
    id: text(1), type: text(2), source: text(3), severity: whole(4), confidence: doubleOf(bytes(5)), tsSeconds: whole(6),
    contentHash: bytes(7, 32), modelVersion: text(9), producerId: bytes(10, 32), nonce: bytes(11, 16), signature: bytes(12, 64), pubkey: bytes(13, 32),
    scheme: alg === 'Ed25519' ? 'v1' : 'v2',
    unsigned: concat(message.slice(0, cut.start), message.slice(cut.end)),
  }
}

/** The producer's signature, and that the payload is the one it hashed. */
export function checkAnomaly(anomaly: Anomaly, message: Uint8Array, { sha256, verifyEd25519 }: Primitives): void {
  const payload = readFields(message).get(8)?.bytes ?? new Uint8Array(0)
  demand(isEqual(anomaly.producerId, anomaly.pubkey), PART, 'the message names another producer than the key that signed it')
  demand(isEqual(sha256(payload), anomaly.contentHash), PART, 'the payload is not the one whose hash was signed')
  demand(verifyEd25519(anomaly.signature, signBytes(anomaly), anomaly.pubkey), PART, "the producer's signature does not verify")
}

function signBytes({ scheme, unsigned, tsSeconds, producerId, nonce, contentHash }: Anomaly): Uint8Array {
  if (scheme === 'v2') return concat(tag('cybermesh/anomaly/v2'), unsigned)
  return concat(utf8('ai.anomaly.v1'), u64(tsSeconds), Uint8Array.of(0, producerId.length), producerId, nonce, contentHash)
}

/** Transaction id: kind (an event is 0), length and every byte. */
export const transactionId = (message: Uint8Array, { sha256 }: Primitives): string => hexOf(sha256(concat(tag('cybermesh/tx/v1'), transactionBytes(message))))

/** What the block's tree of transactions hashes. */
export function transactionBytes(message: Uint8Array): Uint8Array {
  const head = new Uint8Array(5)
  new DataView(head.buffer).setUint32(1, message.length)
  return concat(head, message)
}

function readFields(message: Uint8Array): ReadonlyMap<number, Field> {
  const fields = new Map<number, Field>()
  let at = 0
  let last = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) return refuse(PART, 'the message ends inside a field')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return byte === 0 && shift > 0n ? refuse(PART, 'a number of the message has a shorter spelling') : value
    }
    return refuse(PART, 'a number of the message is too long')
  }
  const take = (length: number): Uint8Array => {
    demand(length <= message.length - at, PART, 'the message ends inside a field')
    at += length
    return message.slice(at - length, at)
  }
  while (at < message.length) {
    const start = at
    const key = varint()
    const [field, wire] = [Number(key >> 3n), Number(key & 7n)]
    demand(field > last && WIRE_OF_FIELD[field - 1] === wire, PART, `field ${field} of the message is unknown or out of order`)
    last = field
    const number = wire === 0 ? varint() : 0n
    demand(number <= BigInt(Number.MAX_SAFE_INTEGER), PART, `field ${field} of the message is too large a number`)
    const bytes = wire === 1 ? take(8) : wire === 2 ? take(Number(varint())) : new Uint8Array(0)
    fields.set(field, { start, end: at, number, bytes })
  }
  return fields
}

const doubleOf = (bytes: Uint8Array): number => (bytes.length === 8 ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true) : 0)
