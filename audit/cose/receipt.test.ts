import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import { leafHash, pathOfLeafHash, rootOfLeafHashes } from '../../domain/merkle.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { AuditFormatError } from '../errors.js'
import { rootFromInclusion } from '../proof/root-from-inclusion.js'
import { decodeCbor, encodeCbor, type Cbor } from './cbor.js'
import { coseSignBytes, decodeCoseRoot, decodeReceipt, encodeCoseRoot, encodeReceipt, isRootSigned, signRoot } from './receipt.js'

const signer = createSigner(sha256(utf8ToBytes('the log')))
const issuer = `cybermesh/${'ab'.repeat(32)}`
const keyId = hexToBytes('01020304')
const leaves = Array.from({ length: 11 }, (_, i) => leafHash(utf8ToBytes(`entry ${i}`)))
const root = rootOfLeafHashes(leaves)
const signed = signRoot(issuer, keyId, { size: leaves.length, root }, signer)
const receiptOf = (index: number): Uint8Array => encodeReceipt(signed, { size: leaves.length, index, path: pathOfLeafHash(leaves, index) })

/** As a SCITT tool does: the root follows from entry and proof, and the signature is over it. */
function holds(receipt: Uint8Array, leaf: Uint8Array, by = issuer): boolean {
  try {
    const { issuer: name, proof: { size, index, path }, ...own } = decodeReceipt(receipt)
    const given = rootFromInclusion(leaf, BigInt(index), BigInt(size), path)
    return name === by && given !== undefined && isRootSigned(own, given, signer.publicKey, verifySignature)
  } catch (error) {
    if (error instanceof AuditFormatError) return false
    throw error
  }
}

test('a receipt holds for its own entry alone, at every place of the tree', () => {
  for (let index = 0; index < leaves.length; index++) {
    leaves.forEach((leaf, other) => expect(holds(receiptOf(index), leaf)).toBe(index === other))
  }
})

test('it is written as RFC 9052 and RFC 9942 say: COSE_Sign1, EdDSA, vds 1, claims with issuer and size, proofs under 396, payload detached', () => {
  const hex = bytesToHex(receiptOf(0))
  const protectedHex = 'a4' + '0127' + '0444' + '01020304' + '0f' + 'a2' + '01784a' + bytesToHex(utf8ToBytes(issuer)) + '0267' + bytesToHex(utf8ToBytes('tree/11')) + '19018b' + '01'
  const path = pathOfLeafHash(leaves, 0)
  const proof = '83' + '0b' + '00' + '84' + path.map((hash) => `5820${bytesToHex(hash)}`).join('')
  const bstr = (content: string): string => (content.length / 2 < 256 ? `58${(content.length / 2).toString(16).padStart(2, '0')}` : '') + content
  expect(hex).toBe('d2' + '84' + bstr(protectedHex) + 'a1' + '19018c' + 'a1' + '20' + '81' + bstr(proof) + 'f6' + '5840' + bytesToHex(signed.signature))
  // Sig_structure, RFC 9052 §4.4.
  expect(bytesToHex(coseSignBytes(signed.protectedHeader, root))).toBe('84' + '6a' + bytesToHex(utf8ToBytes('Signature1')) + bstr(protectedHex) + '40' + '5820' + bytesToHex(root))
})

test('the chain is inside what is signed: the same root under another name does not verify', () => {
  const other = signRoot(`cybermesh/${'cd'.repeat(32)}`, keyId, { size: leaves.length, root }, signer)
  const forged = encodeReceipt({ protectedHeader: signed.protectedHeader, signature: other.signature }, { size: leaves.length, index: 2, path: pathOfLeafHash(leaves, 2) })
  expect(holds(forged, leaves[2]!)).toBe(false)
  expect(holds(encodeReceipt(other, { size: leaves.length, index: 2, path: pathOfLeafHash(leaves, 2) }), leaves[2]!)).toBe(false)
})

test('every flipped bit and every cut makes it another receipt, and none of those holds', () => {
  const receipt = receiptOf(5)
  for (let bit = 0; bit < receipt.length * 8; bit++) {
    const changed = receipt.slice()
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect(holds(changed, leaves[5]!)).toBe(false)
  }
  for (let length = 0; length < receipt.length; length++) expect(holds(receipt.slice(0, length), leaves[5]!)).toBe(false)
})

test('a path that is too long is refused before it is hashed', () => {
  const long = encodeReceipt(signed, { size: leaves.length, index: 5, path: Array.from({ length: 64 }, () => root) })
  expect(() => decodeReceipt(long)).toThrow('at most 63 hashes')
  expect(rootFromInclusion(leaves[5]!, 5n, 11n, Array.from({ length: 63 }, () => root))).toBeUndefined()
})

test('bytes from anywhere are refused without another exception than that of the format', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    expect(holds(bytes, leaves[0]!)).toBe(false)
    expect(() => decodeCoseRoot(bytes)).toThrow(AuditFormatError)
  }))
  expect(decodeCoseRoot(encodeCoseRoot(signed))).toEqual(signed)
})

const cbor = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', maxDepth: 4 }, fc.maxSafeInteger(), fc.uint8Array({ maxLength: 300 }), fc.string(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(fc.integer(), tie('value')), { maxLength: 4, selector: ([key]) => key }).map((map) => ({ map })), fc.record({ tag: fc.nat(), value: tie('value') })),
})).value

test('CBOR is read back as it was written, and written one way', () => {
  fc.assert(fc.property(cbor, (value) => {
    const bytes = encodeCbor(value)
    expect(encodeCbor(decodeCbor(bytes, 'test'))).toEqual(bytes)
  }))
  // RFC 8949 appendix A.
  for (const [value, hex] of [[0, '00'], [23, '17'], [24, '1818'], [1000, '1903e8'], [1_000_000, '1a000f4240'], [-1, '20'], [-1000, '3903e7'], ['IETF', '6449455446'], [[1, [2, 3]], '8201820203']] as const) expect(bytesToHex(encodeCbor(value as Cbor))).toBe(hex)
  for (const hex of ['1800', '190017', '5f', 'f5', 'fb3ff0000000000000', 'a26161016162', '0000', '9f01ff']) expect(() => decodeCbor(hexToBytes(hex), 'test')).toThrow(AuditFormatError)
})
