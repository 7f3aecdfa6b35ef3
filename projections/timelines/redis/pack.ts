/**
 * How history is written so that Redis keeps it in its compact encodings: members as 17 bytes, hashes with fields of
 * one or two letters and values of at most 64 bytes.
 */
import type { HashFields } from '../store.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const HEX = /^([0-9a-f]{2})+$/

export function packMember(member: string): Buffer {
  return UUID.test(member) ? Buffer.concat([Buffer.from('u'), Buffer.from(member.replaceAll('-', ''), 'hex')]) : Buffer.from(`t${member}`)
}

export function unpackMember(packed: Buffer): string {
  if (packed[0] === 't'.charCodeAt(0)) return packed.subarray(1).toString()
  const hex = packed.subarray(1).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Field names of the predecessor and their letters. A field that is not here keeps its name, which is longer than two letters. */
const LETTERS: Readonly<Record<string, string>> = {
  state: 's', anomaly_type: 't', confidence: 'c', severity: 'v', raw_score: 'w', validator_id: 'i', block_height: 'h', signature: 'g', reason: 'r',
  published_at: 'pa', admitted_at: 'aa', committed_at: 'ca', rejected_at: 'ra', timeout_at: 'ta', expired_at: 'ea',
}
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(LETTERS).map(([name, letter]) => [letter, name]))
const BINARY = new Set(['validator_id', 'signature'])

export function packFields(fields: HashFields): (string | Buffer)[] {
  return Object.entries(fields).flatMap(([name, value]) => [LETTERS[name] ?? name, BINARY.has(name) ? packHex(value) : value])
}

export function unpackFields(flat: readonly Buffer[]): HashFields {
  const fields: Record<string, string> = {}
  for (let i = 0; i < flat.length; i += 2) {
    const letter = (flat[i] as Buffer).toString()
    const name = NAMES[letter] ?? letter
    const value = flat[i + 1] as Buffer
    fields[name] = BINARY.has(name) ? unpackHex(value) : value.toString()
  }
  return fields
}

/** Bytes where the value is hex, and the text behind a zero length mark where it is not. */
const packHex = (value: string): Buffer => (HEX.test(value) ? Buffer.from(value, 'hex') : Buffer.from(`\0${value}`))
/** A key or signature of zero bytes only in front of other text cannot be: they are 32 and 64 bytes. */
const unpackHex = (value: Buffer): string => (value[0] === 0 && value.length !== 32 && value.length !== 64 ? value.subarray(1).toString() : value.toString('hex'))
