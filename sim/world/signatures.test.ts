import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSimVerifier, realSigner, signerOf } from './signatures.js'

const message = Uint8Array.from({ length: 45 }, (_, i) => i)

describe('signatures in a simulation', () => {
  test('verify for their key and their message, and for nothing that differs in a bit', () => {
    const verify = createSimVerifier()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), fc.constantFrom('message', 'signature', 'key'), fc.nat(), (bytes, part, at) => {
      const signer = signerOf('v0', 'fast')
      const parts = { message: bytes.slice(), signature: signer.sign(bytes), key: signer.publicKey.slice() }
      expect(verify(parts.key, parts.message, parts.signature)).toBe(true)
      // The mark stands in the first eight bytes: without it a signature is checked as a real one.
      const changed = part === 'signature' ? parts.signature.subarray(8) : parts[part]
      if (changed.length === 0) return
      changed[(at >> 3) % changed.length] = (changed[(at >> 3) % changed.length] as number) ^ (1 << (at & 7))
      expect(verify(parts.key, parts.message, parts.signature)).toBe(false)
    }))
  })

  test('a message that is longer by zeros is another message', () => {
    const verify = createSimVerifier()
    const signature = signerOf('v0', 'fast').sign(message)
    for (let more = 1; more < 9; more++) {
      const longer = new Uint8Array(message.length + more)
      longer.set(message)
      expect(verify(signerOf('v0', 'fast').publicKey, longer, signature)).toBe(false)
    }
  })

  test('real signatures of the same keys hold as well, and other keys do not', () => {
    const verify = createSimVerifier()
    const real = realSigner('v0')
    const signature = real.sign(message)
    expect(real.publicKey).toEqual(signerOf('v0', 'fast').publicKey)
    for (let again = 0; again < 2; again++) expect(verify(real.publicKey, message, signature)).toBe(true)
    expect(verify(realSigner('v1').publicKey, message, signature)).toBe(false)
    expect(verify(realSigner('v1').publicKey, message, signerOf('v0', 'fast').sign(message))).toBe(false)
  })
})
