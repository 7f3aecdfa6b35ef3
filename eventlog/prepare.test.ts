import { expect, test } from 'vitest'
import { asPosition } from '../domain/ids.js'
import { historyAppends } from '../bench/log/history.js'
import { entryAt, mostBytesOf, prepareAppends } from './prepare.js'
import { encodeRecord } from './record.js'
import { noteEvent } from './testing/events.js'
import type { StreamAppend } from './log.js'

const names = ['a', 'Grüße "an" \\ alle', '\u0001\u0002', '\ud800 alone', '日本語'.repeat(20), '"'.repeat(255)]

test('a prepared event has at every place the bytes that the record has there, whatever its text and its stream are', () => {
  const appends: StreamAppend[] = [
    ...[...historyAppends(300, 300)].flat(),
    ...names.map((name): StreamAppend => ({ stream: name, expected: 'any', events: [noteEvent(name), noteEvent(`${name}-2`, name.repeat(3000))] })),
  ]
  const prepared = prepareAppends(appends)
  const places = [[0, 0], [7, 123_456], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]] as const
  for (const [revision, position] of places) {
    const entries = prepared.flatMap(({ stream, events }) => events.map((event) => {
      const bytes = entryAt(event, { stream, revision, position: asPosition(position) })
      expect(bytes.length).toBeLessThanOrEqual(mostBytesOf(event, stream))
      return bytes
    }))
    // Compared after all were written: none has run into its neighbour.
    const expected = appends.flatMap(({ stream, events }) => events.map((event) => encodeRecord(event, { stream, revision, position: asPosition(position) })))
    entries.forEach((bytes, i) => { expect(Buffer.from(bytes).toString('hex')).toBe(Buffer.from(expected[i] as Uint8Array).toString('hex')) })
  }
})
