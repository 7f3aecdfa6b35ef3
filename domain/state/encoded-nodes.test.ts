import { expect, test } from 'vitest'
import { EncodedNodes } from './encoded-nodes.js'
import { createLeaf, encodeNode, pathOf } from './nodes.js'

test('encoded nodes are a map of the bytes of each node, whichever way it is read', () => {
  const nodes = new Map(['a', 'b'].map((key) => createLeaf(key, pathOf(key), Uint8Array.of(1))).map((leaf) => [leaf.hash, leaf]))
  const plain = new Map([...nodes].map(([hash, node]) => [hash, encodeNode(node)]))
  const encoded = new EncodedNodes(nodes)
  const seen = new Map<string, Uint8Array>()
  encoded.forEach((bytes, hash) => seen.set(hash, bytes))
  expect(new Map(encoded)).toEqual(plain)
  expect(seen).toEqual(plain)
  expect([...encoded.keys()]).toEqual([...plain.keys()])
  expect([...encoded.values()]).toEqual([...plain.values()])
  expect(encoded.size).toBe(2)
  for (const [hash, bytes] of plain) expect([encoded.has(hash), encoded.get(hash)]).toEqual([true, bytes])
  expect([encoded.has('c'), encoded.get('c')]).toEqual([false, undefined])
})
