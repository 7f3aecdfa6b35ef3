import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import { merkleRoot } from '../../domain/merkle.js'
import { appendLeaf, decodeFrontier, emptyTree, encodeFrontier, rootOf } from './tree.js'

const grow = (entries: readonly Uint8Array[]) => entries.reduce(appendLeaf, emptyTree)
const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 })

describe('the frontier of an RFC 6962 tree', () => {
  test('has the published roots of the empty tree and of one empty entry', () => {
    expect(bytesToHex(rootOf(emptyTree))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(bytesToHex(rootOf(grow([new Uint8Array(0)])))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })

  test('has the root that hashing all entries at once gives', () => {
    fc.assert(fc.property(entries, (list) => {
      expect(bytesToHex(rootOf(grow(list)))).toBe(bytesToHex(merkleRoot(list)))
    }))
  })

  test('goes on from its encoding as if it had never been stored', () => {
    fc.assert(fc.property(entries, entries, (before, after) => {
      const stored = decodeFrontier(encodeFrontier(grow(before)))
      expect(bytesToHex(rootOf(after.reduce(appendLeaf, stored)))).toBe(bytesToHex(merkleRoot([...before, ...after])))
    }))
  })

  test('every size up to 300 agrees, and keeps one hash for each set bit', () => {
    let tree = emptyTree
    const all: Uint8Array[] = []
    for (let i = 0; i < 300; i++) {
      const entry = Uint8Array.of(i & 255, i >> 8)
      all.push(entry)
      tree = appendLeaf(tree, entry)
      expect(tree.subtrees).toHaveLength(tree.size.toString(2).replaceAll('0', '').length)
      expect(bytesToHex(rootOf(tree))).toBe(bytesToHex(merkleRoot(all)))
    }
  })

  test('an encoding that was cut or lengthened is refused', () => {
    const bytes = encodeFrontier(grow([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]))
    expect(() => decodeFrontier(bytes.slice(0, -1))).toThrow(/do not fit/)
    expect(() => decodeFrontier(new Uint8Array([...bytes, ...new Uint8Array(32)]))).toThrow(/do not fit/)
  })
})
