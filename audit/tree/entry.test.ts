import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { leafHash } from '../../domain/merkle.js'
import { decodeRecord } from '../../eventlog/record.js'
import { auditEntryOf, auditLeafOf, LONGEST_NAME } from './entry.js'

const stored = (fields: object) => utf8ToBytes(JSON.stringify({ data: {}, id: 'an-id', position: '7', revision: '2', stream: 'anomaly-1', type: 'Nothing', version: 1, ...fields }))
const textOf = (position: number, bytes: Uint8Array) => new TextDecoder().decode(auditEntryOf(position, bytes))
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('entries of the audit tree', () => {
  test('say which event it was and the hash of its stored bytes', () => {
    const bytes = stored({})
    expect(textOf(7, bytes)).toBe(`{"entryHash":"${hashOf(bytes)}","id":"an-id","position":"7","stream":"anomaly-1","type":"Nothing"}`)
    expect(bytesToHex(auditLeafOf(7, bytes))).toBe(bytesToHex(leafHash(auditEntryOf(7, bytes))))
  })

  test('of an event that cannot be decoded still name it, of bytes that say nothing they hold the hash alone', () => {
    expect(() => decodeRecord(stored({}))).toThrow(/unknown/)
    for (const bytes of [utf8ToBytes('no JSON'), Uint8Array.of(0xff, 0xfe), new Uint8Array(0), utf8ToBytes('null'), stored({ stream: 5 }), stored({ revision: '-1' }), stored({ version: undefined })]) {
      expect(textOf(3, bytes)).toBe(`{"entryHash":"${hashOf(bytes)}","id":null,"position":"3","stream":null,"type":null}`)
    }
  })

  test('are public: they carry nothing of the payload and always fit a bundle', () => {
    const bytes = stored({ data: { payload: 'x'.repeat(3_000_000) }, stream: '\u0000'.repeat(LONGEST_NAME), id: '\u0000'.repeat(LONGEST_NAME), type: '\u0000'.repeat(LONGEST_NAME) })
    expect(auditEntryOf(Number.MAX_SAFE_INTEGER, bytes).length).toBeLessThan(65_536)
    expect(JSON.parse(textOf(1, stored({ stream: 'x'.repeat(LONGEST_NAME + 1) })))).toMatchObject({ id: null, stream: null, type: null })
  })
})
