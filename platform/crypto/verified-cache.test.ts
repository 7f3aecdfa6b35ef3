import { describe, expect, test, vi } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import { createSigner, createAcceptLater, createStrictVerifier, verifySignature } from './ed25519.js'
import { createSignatureChecks, createVerifiedCache } from './verified-cache.js'

const signer = createSigner(sha256(utf8ToBytes('cache')))
const message = utf8ToBytes('vote')
const signature = signer.sign(message)
const spied = (maxEntries: number) => {
  const verify = vi.fn(verifySignature)
  return { verify, cached: createVerifiedCache(verify, maxEntries) }
}

test('a verified signature is not verified again', () => {
  const { verify, cached } = spied(10)
  for (let i = 0; i < 3; i++) expect(cached(signer.publicKey, message, signature)).toBe(true)
  expect(verify).toHaveBeenCalledTimes(1)
})

test('after one good copy a garbage signature is still refused, whichever byte differs', () => {
  const { cached } = spied(10)
  expect(cached(signer.publicKey, message, signature)).toBe(true)
  expect(cached(signer.publicKey, message, new Uint8Array(64))).toBe(false)
  for (const at of [0, 31, 32, 63]) {
    const forged = signature.slice()
    forged[at]! ^= 1
    expect(cached(signer.publicKey, message, forged)).toBe(false)
  }
  expect(cached(signer.publicKey, utf8ToBytes('other'), signature)).toBe(false)
  expect(cached(createSigner(sha256(message)).publicKey, message, signature)).toBe(false)
})

test('bytes moved between message and signature are another entry', () => {
  const { cached } = spied(10)
  const always = createVerifiedCache(() => true, 10)
  expect(always(signer.publicKey, message, signature)).toBe(true)
  expect(cached(signer.publicKey, message, signature.slice(0, 63))).toBe(false)
  expect(always(signer.publicKey, message, signature.slice(0, 63))).toBe(false)
})

test('refusals are not remembered, and the least recently used entry leaves first', () => {
  const { verify, cached } = spied(2)
  const [a, b, c] = ['a', 'b', 'c'].map(utf8ToBytes) as [Uint8Array, Uint8Array, Uint8Array]
  const check = (m: Uint8Array) => cached(signer.publicKey, m, signer.sign(m))
  check(a)
  check(b)
  check(a)
  for (let i = 0; i < 5; i++) cached(signer.publicKey, a, new Uint8Array(64))
  check(c)
  verify.mockClear()
  check(a)
  check(c)
  expect(verify).toHaveBeenCalledTimes(0)
  check(b)
  expect(verify).toHaveBeenCalledTimes(1)
})

describe('signatures checked ahead', () => {
  const claim = { publicKey: signer.publicKey, message, signature }
  const watched = (maxEntries = 10) => {
    const verify = vi.fn(verifySignature)
    const later = vi.fn(createAcceptLater())
    return { verify, later, checks: createSignatureChecks(verify, later, maxEntries, 0) }
  }

  test('are known when they are asked for, and checked once however often', async () => {
    const { verify, later, checks } = watched()
    const [first, second] = [checks.ahead([claim, claim]), checks.ahead([claim])]
    await Promise.all([first, second])
    expect(checks.verify(signer.publicKey, message, signature)).toBe(true)
    expect(checks.ahead([claim])).toBeUndefined()
    expect([later.mock.calls.length, verify.mock.calls.length]).toEqual([1, 0])
  })

  test('that are not accepted there are decided by whoever asks, for these very bytes', async () => {
    const { verify, checks } = watched()
    const forged = { ...claim, signature: signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) }
    await checks.ahead([forged])
    expect(checks.verify(signer.publicKey, message, forged.signature)).toBe(false)
    expect(verify).toHaveBeenCalledTimes(1)
    expect(checks.verify(signer.publicKey, message, signature)).toBe(true)
  })

  test('that are garbage push no good one out', async () => {
    const { verify, checks } = watched(1)
    await checks.ahead([claim])
    await checks.ahead(Array.from({ length: 5 }, (_, i) => ({ ...claim, signature: new Uint8Array(64).fill(i) })))
    expect(checks.verify(signer.publicKey, message, signature)).toBe(true)
    expect(verify).not.toHaveBeenCalled()
  })

  test('of a wrong width are left to whoever asks, who refuses them', async () => {
    const { checks } = watched()
    expect(checks.ahead([{ ...claim, signature: new Uint8Array(63) }, { ...claim, publicKey: new Uint8Array(31) }])).toBeUndefined()
    expect(checks.verify(signer.publicKey, message, new Uint8Array(63))).toBe(false)
  })

  test('that are few are left to whoever asks, who remembers them', () => {
    const later = vi.fn(createAcceptLater())
    const verify = vi.fn(verifySignature)
    const checks = createSignatureChecks(verify, later, 10, 2)
    expect(checks.ahead([claim, claim])).toBeUndefined()
    expect(later).not.toHaveBeenCalled()
    for (let i = 0; i < 2; i++) expect(checks.verify(signer.publicKey, message, signature)).toBe(true)
    expect(verify).toHaveBeenCalledTimes(1)
    expect(checks.ahead([claim, claim, { ...claim, message: utf8ToBytes('other') }])).toBeInstanceOf(Promise)
  })

  test('that are forged are not looked at again where only the strict verdict counts, and what that accepts the other knows', async () => {
    const strict = vi.fn(createStrictVerifier())
    const verify = vi.fn(verifySignature)
    const checks = createSignatureChecks(verify, createAcceptLater(), 10, 0, strict)
    const forged = new Uint8Array(64).fill(7)
    await checks.ahead([claim, { ...claim, signature: forged }])
    expect(checks.strictly(signer.publicKey, message, forged)).toBe(false)
    expect(checks.strictly(signer.publicKey, message, signature)).toBe(true)
    expect(checks.verify(signer.publicKey, message, signature)).toBe(true)
    expect([strict.mock.calls.length, verify.mock.calls.length]).toEqual([0, 0])
    // The word is said once; who asks again, without having checked ahead, gets an answer of its own.
    expect(checks.strictly(signer.publicKey, message, forged)).toBe(false)
    expect([strict.mock.calls.length, verify.mock.calls.length]).toEqual([1, 0])
    expect(checks.verify.isImpliedBy).toBe(checks.strictly)
  })

  test('over long messages are told apart by their last byte too', () => {
    const long = new Uint8Array(5000)
    const cached = createVerifiedCache(verifySignature, 10)
    const signed = signer.sign(long)
    expect(cached(signer.publicKey, long, signed)).toBe(true)
    long[4999] = 1
    expect(cached(signer.publicKey, long, signed)).toBe(false)
  })
})
