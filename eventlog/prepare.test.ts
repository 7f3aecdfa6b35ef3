import { describe, expect, test } from 'vitest'
import { asPosition } from '../domain/ids.js'
import { historyAppends } from '../bench/log/history.js'
import { prepareAppends, prepareShared, releaseChunks } from './prepare.js'
import { copyEntry, idWordAt, mostBytesOf, nextEntry, sizeAtPlace, type EntryChunk } from './prepared-entries.js'
import { recordBytes } from './record.js'
import { appendOf, noteEvent } from './testing/events.js'
import type { StreamAppend } from './log.js'

const names = ['a', 'Grüße "an" \\ alle', '\u0001\u0002', '\ud800 alone', '日本語'.repeat(20), '"'.repeat(255)]

const bigAppends: readonly StreamAppend[] = [
  ...[...historyAppends(300, 300)].flat(),
  ...names.map((name): StreamAppend => ({ stream: name, expected: 'any', events: [noteEvent(name), noteEvent(`${name}-2`, name.repeat(3000))] })),
  { stream: 'large', expected: 'any', events: [noteEvent('large', 'x'.repeat(1_500_000))] },
]
const events = bigAppends.flatMap(({ stream, events: ofStream }) => ofStream.map((event) => ({ ...event, stream })))
const places = [[0, 0], [7, 123_456], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]] as const

describe.each([
  ['in memory of this thread', () => prepareAppends(bigAppends).chunks],
  ['in shared memory', () => [...prepareShared(bigAppends)]],
])('a prepared event %s', (_where, prepare) => {
  test('has at every place the bytes that the record has there, whatever its text and its stream are', () => {
    const chunks = prepare()
    expect(chunks.length).toBeGreaterThan(1)
    for (const [revision, position] of places) {
      let next = 0
      for (const chunk of chunks) {
        for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) {
          const event = events[next] as (typeof events)[number]
          const expected = Buffer.from(recordBytes({ ...event, revision, position: asPosition(position) }))
          const target = Buffer.alloc(mostBytesOf(chunk, at) + 10)
          const end = copyEntry(chunk, at, position, revision, target, 10)
          expect(target.subarray(10, end).equals(expected)).toBe(true)
          expect(sizeAtPlace(mostBytesOf(chunk, at), position, revision)).toBe(expected.length)
          expect(chunk.bytes.toString('hex', idWordAt(at) * 4, idWordAt(at) * 4 + 16)).toBe(event.id.replaceAll('-', ''))
          next += 1
        }
      }
      expect(next).toBe(events.length)
    }
  })
})

test('shared memory that was given back is written anew, and what was not is left alone', () => {
  const take = (name: string) => [...prepareShared([appendOf(name, 'any', name)])]
  const [first] = take('first')
  releaseChunks([first as EntryChunk])
  const [second, third] = [take('second')[0] as EntryChunk, take('third')[0] as EntryChunk]
  expect(second.words.buffer).toBe(first?.words.buffer)
  expect(third.words.buffer).not.toBe(second.words.buffer)
  const target = Buffer.alloc(1000)
  expect(target.toString('utf8', 0, copyEntry(second, 0, 1, 2, target, 0))).toContain('"position":"1","revision":"2","stream":"second"')
})
