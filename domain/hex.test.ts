import fc from 'fast-check'
import * as noble from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import { bytesToHex, concatBytes, hexInto, hexToBytes } from './hex.js'

describe('hex', () => {
  test('is what another implementation writes and reads, in both directions', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(bytesToHex(bytes)).toBe(noble.bytesToHex(bytes))
      expect(hexToBytes(bytesToHex(bytes).toUpperCase())).toEqual(new Uint8Array(bytes))
    }))
  })
  test.each(['0', 'abc', 'zz', '0g', ' 0', '0é', '٠٠', '\u{1f600}'])('%j is refused', (text) => {
    expect(() => hexToBytes(text)).toThrow(RangeError)
  })
  test('lands where it was asked to and touches nothing beside it', () => {
    const target = new Uint8Array(5).fill(9)
    hexInto('0aff', target, 2)
    expect([...target]).toEqual([9, 9, 10, 255, 9])
  })
})

test('joined bytes keep their order', () => {
  expect([...concatBytes(Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3))]).toEqual([1, 2, 3])
})
