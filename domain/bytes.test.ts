import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter, bytesEqual, DecodeError } from './bytes.js'

describe('canonical bytes', () => {
  test('every value reads back, and nothing is left over', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.uint8Array({ maxLength: 600 }), fc.string({ unit: 'grapheme' }),
      (a, b, c, blob, text) => {
        const hash = 'ab'.repeat(32)
        const reader = new ByteReader(new ByteWriter(1).u8(a).u32(b).u64(c).blob(blob).text(text).hash(hash).finish())
        expect([reader.u8('a'), reader.u32('b'), reader.u64('c')]).toEqual([a, b, c])
        expect(reader.blob(600, 'blob')).toEqual(blob)
        expect(reader.text(10_000, 'text')).toBe(text)
        expect(reader.hash('hash')).toBe(hash)
        reader.end('all')
      }))
  })

  test('writers at work at the same time, or one after another, never touch each other or what was finished', () => {
    const outer = new ByteWriter().u32(1)
    const inner = new ByteWriter().u32(2).finish()
    const whole = outer.blob(inner).finish()
    const later = new ByteWriter().u32(0xffff_ffff).u32(0xffff_ffff).u32(0xffff_ffff).finish()
    expect(inner).toEqual(Uint8Array.of(0, 0, 0, 2))
    expect(whole).toEqual(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2))
    expect(later).toEqual(new Uint8Array(12).fill(0xff))
    const other = new ByteWriter().u8(9)
    expect(outer.u8(7).finish()).toEqual(Uint8Array.of(...whole, 7))
    expect(whole).toHaveLength(12)
    expect(other.finish()).toEqual(Uint8Array.of(9))
  })

  test('numbers that do not fit are refused when written, never cut', () => {
    for (const value of [-1, 256, 0.5, Number.NaN]) expect(() => new ByteWriter().u8(value)).toThrow(RangeError)
    for (const value of [-1, 2 ** 32, 0.5]) expect(() => new ByteWriter().u32(value)).toThrow(RangeError)
    for (const value of [-1, 2 ** 53, 0.5]) expect(() => new ByteWriter().u64(value)).toThrow(RangeError)
    expect(() => new ByteWriter().hash('ab')).toThrow(RangeError)
  })

  test('input that ends early, goes on, is too long or too large names its field', () => {
    expect(() => new ByteReader(new Uint8Array(3)).u32('size')).toThrow(/size/)
    expect(() => new ByteReader(new Uint8Array(3)).end('block')).toThrow(/block: 3 trailing/)
    expect(() => new ByteReader(new ByteWriter().blob(new Uint8Array(9)).finish()).blob(8, 'payload')).toThrow(/payload/)
    expect(() => new ByteReader(new ByteWriter().u32(7).finish()).count(6, 'list')).toThrow(/list/)
    expect(() => new ByteReader(new Uint8Array(8).fill(0xff)).u64('height')).toThrow(/2\^53/)
    expect(() => new ByteReader(new ByteWriter().blob(Uint8Array.of(0xff)).finish()).text(9, 'name')).toThrow(DecodeError)
  })

  test('what was read does not change when the input does, even if the input is a Node Buffer', () => {
    const input = Buffer.from([1, 2, 3, 4])
    const read = new ByteReader(input).raw(4, 'x')
    input.fill(0)
    expect(read).toEqual(Uint8Array.of(1, 2, 3, 4))
  })

  test('equality compares content and length', () => {
    expect(bytesEqual(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true)
    expect(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false)
    expect(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  })
})
