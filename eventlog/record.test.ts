import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../domain/bytes.js'
import { EVENT_TYPES } from '../domain/events/schema.js'
import { asPosition } from '../domain/ids.js'
import { merkleRoot } from '../domain/merkle.js'
import { packageFile } from '../platform/package-root.js'
import { decodeRecord, encodeRecord, recordBytes } from './record.js'
import { noteEvent } from './testing/events.js'

/** Written by version 1 and never to be changed: logs with these bytes exist. */
const entries = readFileSync(packageFile('eventlog', 'fixtures', 'entries-v1.jsonl'), 'utf8').trim().split('\n').map((line) => Buffer.from(line))

describe('stored entries', () => {
  test('of version 1 are read as they were written, every type of them', () => {
    const events = entries.map((bytes) => decodeRecord(bytes))
    expect(EVENT_TYPES).toEqual(expect.arrayContaining(events.map(({ event }) => event.type)))
    expect(new Set(events.map(({ event }) => event.type)).size).toBe(9)
    expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i))
  })

  test('of version 1 have the bytes and the audit root they always had', () => {
    for (const bytes of entries) expect(Buffer.from(recordBytes(decodeRecord(bytes))).equals(bytes)).toBe(true)
    expect(bytesToHex(merkleRoot(entries))).toBe('7ee39692d9b61fd740d80dfae3b3f86f739d92b13188400ef9622f79d44ce6b2')
  })

  test('are canonical: keys in order, integers of 64 bits as decimal strings', () => {
    const bytes = encodeRecord(noteEvent('a', 'ü'), { stream: 's', revision: 2, position: asPosition(9) })
    expect(Buffer.from(bytes).toString()).toMatch(/^\{"data":\{"action":"note",.*"at":"1760595055000","fields":\{"note":"ü"\},.*\},"id":"[0-9a-f-]{36}","position":"9","revision":"2","stream":"s","type":"OperatorActionRecorded","version":1\}$/)
  })

  test.each([
    ['entry', 'not json'], ['entry', 'null'], ['entry', '"text"'], ['id', '{}'], ['stream', '{"id":"x"}'],
    ['revision', '{"id":"x","stream":"s","revision":0}'], ['position', '{"id":"x","stream":"s","revision":"0","position":"-1"}'],
    ['type', '{"id":"x","stream":"s","revision":"0","position":"0"}'], ['version', '{"id":"x","stream":"s","revision":"0","position":"0","type":"T"}'],
    ['type', '{"id":"x","stream":"s","revision":"0","position":"0","type":"T","version":1,"data":{}}'],
    ['version', '{"id":"x","stream":"s","revision":"0","position":"0","type":"AnomalyExpired","version":99,"data":{}}'],
  ])('a wrong %s is told by name: %s', (field, text) => {
    expect(() => decodeRecord(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'EVENT_FORMAT', field }) as Error)
  })
})
