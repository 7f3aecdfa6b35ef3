import { expect, test } from 'vitest'
import fc from 'fast-check'
import { createFrameReader, encodeFrame, FrameTooLargeError } from './frames.js'

const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 })

test('messages come out whole and in order, wherever the chunks are cut', () => {
  fc.assert(fc.property(messages, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, sizes) => {
    const bytes = Buffer.concat(sent.map(encodeFrame))
    const read = createFrameReader(300)
    const got: Uint8Array[] = []
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] as number
      got.push(...read(bytes.subarray(at, at + size)))
      at += size
    }
    expect(got.map((message) => Buffer.from(message).toString('hex'))).toEqual(sent.map((message) => Buffer.from(message).toString('hex')))
  }), { numRuns: 500 })
})

test('a message is a copy: the chunk it came in may be used again', () => {
  const frame = encodeFrame(Uint8Array.of(1, 2, 3))
  const [message] = createFrameReader(10)(frame)
  frame.fill(0)
  expect(message).toEqual(Uint8Array.of(1, 2, 3))
})

test('a length above the limit is refused before any of it is read, and names both sizes', () => {
  const read = createFrameReader(100)
  expect(read(encodeFrame(new Uint8Array(100)))).toHaveLength(1)
  expect(() => read(Uint8Array.of(0, 0, 0, 101))).toThrow(new FrameTooLargeError(101, 100))
  expect(() => createFrameReader(100)(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow('4294967295 bytes exceeds the limit of 100')
})

test('a megabyte that comes byte by byte is one message, and a claimed length alone makes no room', () => {
  const sent = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => i % 251)
  const frame = encodeFrame(sent)
  const read = createFrameReader(8 * 1024 * 1024)
  const got: Uint8Array[] = []
  for (let at = 0; at < frame.length; at++) got.push(...read(frame.subarray(at, at + 1)))
  expect(got).toHaveLength(1)
  expect(Buffer.compare(got[0] as Uint8Array, sent)).toBe(0)
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 100 }, () => createFrameReader(8 * 1024 * 1024))
  for (const reader of readers) reader(Uint8Array.of(0, 0x80, 0, 0, 1))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
  expect(readers).toHaveLength(100)
})
