import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from './bytes.js'
import { EMPTY_ROOT, leafHash, merkleRoot, nodeHash } from './merkle.js'

/** The eight entries and roots of the Certificate Transparency reference tests. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(hexToBytes)
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

describe('the RFC 6962 tree', () => {
  test('has the reference roots for zero to eight entries', () => {
    expect(bytesToHex(EMPTY_ROOT)).toBe(ROOTS[0])
    for (let n = 0; n <= 8; n++) expect(bytesToHex(merkleRoot(ENTRIES.slice(0, n)))).toBe(ROOTS[n])
  })

  test('equals the tree that pairs level by level and lets the odd one rise', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 70 }), (entries) => {
      let level = entries.map(leafHash)
      while (level.length > 1) {
        const pairs: Uint8Array[] = []
        for (let i = 0; i < level.length; i += 2) pairs.push(i + 1 < level.length ? nodeHash(level[i]!, level[i + 1]!) : level[i]!)
        level = pairs
      }
      expect(merkleRoot(entries)).toEqual(level[0])
    }))
  })

  test('binds order, number and content', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 20, selector: bytesToHex }), fc.nat(), (entries, at) => {
      const root = bytesToHex(merkleRoot(entries))
      const i = at % (entries.length - 1)
      const swapped = [...entries]
      swapped[i] = entries[i + 1]!
      swapped[i + 1] = entries[i]!
      expect(bytesToHex(merkleRoot(swapped))).not.toBe(root)
      expect(bytesToHex(merkleRoot(entries.slice(0, -1)))).not.toBe(root)
      expect(bytesToHex(merkleRoot([...entries, entries.at(-1)!]))).not.toBe(root)
    }))
  })

  test('an inner node is never taken for a leaf', () => {
    const [a, b] = [leafHash(ENTRIES[1]!), leafHash(ENTRIES[2]!)]
    expect(leafHash(new Uint8Array([...a, ...b]))).not.toEqual(nodeHash(a, b))
  })
})
