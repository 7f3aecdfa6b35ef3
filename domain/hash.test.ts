import fc from 'fast-check'
import { sha256 as portable } from '@noble/hashes/sha2.js'
import { afterAll, describe, expect, test } from 'vitest'
import { bytesToHex, concatBytes, utf8ToBytes } from './hex.js'
import { sha256, sha256Hex, sha256HexOf, sha256Of, sha256OfText, tagBytes, taggedHash, useSha256 } from './hash.js'

afterAll(() => useSha256({ bytes: (input) => portable(input), hex: (input) => bytesToHex(portable(input)) }))

describe('the SHA-256 that a shell brings', () => {
  test('gives the bytes of the portable one for every input', async () => {
    await import('../platform/crypto/native-hash.js')
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      expect(sha256(input)).toEqual(portable(input))
      expect(sha256Hex(input)).toBe(bytesToHex(portable(input)))
    }))
  })

  test('is refused when a single byte differs, in either form', () => {
    const wrong = (input: Uint8Array): Uint8Array => {
      const bytes = portable(input)
      if (input.length === 1000) bytes[31] = (bytes[31] as number) ^ 1
      return bytes
    }
    const hex = (of: (input: Uint8Array) => Uint8Array) => (input: Uint8Array) => bytesToHex(of(input))
    const before = sha256Hex(Uint8Array.of(1))
    expect(() => useSha256({ bytes: wrong, hex: hex(portable) })).toThrow('1000 bytes')
    expect(() => useSha256({ bytes: (input) => portable(input), hex: hex(wrong) })).toThrow('1000 bytes')
    expect(sha256Hex(Uint8Array.of(1))).toBe(before)
  })
})

describe('hashes of what comes in parts', () => {
  test('equal those of the parts joined, however long they are', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }), (parts) => {
      const whole = concatBytes(...parts)
      expect(sha256Of(...parts)).toEqual(sha256(whole))
      expect(sha256HexOf(...parts)).toBe(sha256Hex(whole))
      expect(taggedHash('a/tag', ...parts)).toBe(sha256Hex(concatBytes(tagBytes('a/tag'), whole)))
    }))
  })

  test('of texts equal those of their UTF-8', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => { expect(sha256OfText(text)).toEqual(sha256(utf8ToBytes(text))) }))
    expect(sha256OfText('é'.repeat(3000))).toEqual(sha256(utf8ToBytes('é'.repeat(3000))))
  })
})
