import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../bytes.js'
import { sha256 } from '../hash.js'
import type { StateRoot } from '../ids.js'
import { applyChanges, type Updates } from './apply-changes.js'
import { getValue } from './get-value.js'
import { bitAt, EMPTY_STATE, innerHash, leafHash, loadNode, pathOf, StateNodeError } from './nodes.js'
import { proveKey, verifyKeyProof, type KeyProof } from './prove-key.js'

type Store = { nodes: Map<string, Uint8Array>; root: StateRoot }
const emptyStore = (): Store => ({ nodes: new Map(), root: EMPTY_STATE })

function apply(store: Store, updates: Updates): void {
  const { root, puts, deletes } = applyChanges(store.nodes, store.root, updates)
  for (const hash of deletes) {
    expect(store.nodes.delete(hash), 'deletes only what exists').toBe(true)
    expect(puts.has(hash)).toBe(false)
  }
  for (const [hash, bytes] of puts) {
    expect(store.nodes.has(hash), 'puts only what is new').toBe(false)
    store.nodes.set(hash, bytes)
  }
  store.root = root
}

/** The definition of the root, over all entries at once, sharing nothing with the code but the two hash functions. */
function rootByDefinition(entries: ReadonlyMap<string, Uint8Array>): string {
  const build = (leaves: readonly { path: Uint8Array; hash: string }[], depth: number): string => {
    if (leaves.length === 0) return EMPTY_STATE
    if (leaves.length === 1) return leaves[0]!.hash
    return innerHash(build(leaves.filter(({ path }) => bitAt(path, depth) === 0), depth + 1), build(leaves.filter(({ path }) => bitAt(path, depth) === 1), depth + 1))
  }
  return build([...entries].map(([key, value]) => ({ path: pathOf(key), hash: leafHash(pathOf(key), sha256(value)) })), 0)
}

function reachable(store: Store): Set<string> {
  const seen = new Set<string>()
  const visit = (hash: string): void => {
    const node = loadNode(store.nodes, hash)
    if (node === undefined) return
    seen.add(hash)
    if (node.kind === 'inner') {
      visit(node.left)
      visit(node.right)
    }
  }
  visit(store.root)
  return seen
}

const key = fc.integer({ min: 0, max: 40 }).map((n) => `key/${n}`)
const value = fc.uint8Array({ maxLength: 3 })
const batch = fc.array(fc.tuple(key, fc.option(value, { nil: null, freq: 2 })), { maxLength: 20 }).map((entries) => new Map(entries))

describe('the authenticated map', () => {
  test('follows a plain map through any batches, and the store holds exactly the reachable nodes', () => {
    fc.assert(fc.property(fc.array(batch, { maxLength: 8 }), (batches) => {
      const store = emptyStore()
      const model = new Map<string, Uint8Array>()
      for (const updates of batches) {
        apply(store, updates)
        for (const [k, v] of updates) {
          if (v === null) model.delete(k)
          else model.set(k, v)
        }
        expect(store.root).toBe(rootByDefinition(model))
        expect(new Set(store.nodes.keys())).toEqual(reachable(store))
      }
      for (let n = 0; n <= 40; n++) expect(getValue(store.nodes, store.root, `key/${n}`)).toEqual(model.get(`key/${n}`))
    }), { numRuns: 150 })
  })

  test('does not remember the order or the batches in which keys came', () => {
    const entry = fc.uniqueArray(fc.tuple(key, value), { selector: ([k]) => k, maxLength: 30 })
    fc.assert(fc.property(entry.chain((entries) => fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length }))), ([entries, shuffled]) => {
      const [whole, single] = [emptyStore(), emptyStore()]
      apply(whole, new Map(entries))
      apply(single, new Map([['passing', Uint8Array.of(1)]]))
      for (const one of shuffled) apply(single, new Map([one]))
      apply(single, new Map([['passing', null]]))
      expect(single.root).toBe(whole.root)
      expect(new Map([...single.nodes].sort())).toEqual(new Map([...whole.nodes].sort()))
    }), { numRuns: 100 })
  })

  test('a batch that changes nothing puts and deletes nothing', () => {
    const store = emptyStore()
    apply(store, new Map([['a', Uint8Array.of(1)], ['b', Uint8Array.of(2)], ['c', Uint8Array.of(3)]]))
    const { root, puts, deletes } = applyChanges(store.nodes, store.root, new Map([['b', Uint8Array.of(2)], ['none', null]]))
    expect([root, puts.size, deletes.size]).toEqual([store.root, 0, 0])
  })

  test('removing every key gives the empty root and an empty store', () => {
    const store = emptyStore()
    const keys = Array.from({ length: 50 }, (_, n) => `key/${n}`)
    apply(store, new Map(keys.map((k) => [k, utf8ToBytes(k)])))
    apply(store, new Map(keys.map((k) => [k, null])))
    expect([store.root, store.nodes.size]).toEqual([EMPTY_STATE, 0])
  })

  test('reads and writes per change grow with the logarithm of the state', () => {
    const cost = (size: number) => {
      const store = emptyStore()
      const { root, puts } = applyChanges(store.nodes, store.root, new Map(Array.from({ length: size }, (_, n) => [`key/${n}`, Uint8Array.of(n & 255)])))
      let reads = 0
      const nodes = { get: (hash: string) => (reads++, puts.get(hash)) }
      let writes = 0
      const rounds = 50
      for (let n = 0; n < rounds; n++) {
        const changed = applyChanges(nodes, root, new Map([[`new/${n}`, Uint8Array.of(1)]]))
        writes += changed.puts.size + changed.deletes.size
      }
      return { reads: reads / rounds, writes: writes / rounds }
    }
    const [small, large] = [cost(1_000), cost(100_000)]
    // A hundred times the keys: log2(100) = 6.6 more levels.
    expect(large.reads - small.reads).toBeLessThan(9)
    expect(large.writes - small.writes).toBeLessThan(18)
    expect(large.reads).toBeLessThan(2 * Math.log2(100_000))
  })

  test('a missing, foreign or broken node is an error that names it', () => {
    const store = emptyStore()
    apply(store, new Map([['a', Uint8Array.of(1)]]))
    const bytes = store.nodes.get(store.root)!
    const withNode = (stored: Uint8Array | undefined) => () => getValue({ get: () => stored }, store.root, 'a')
    expect(withNode(undefined)).toThrow(StateNodeError)
    expect(withNode(bytes.slice(0, -1))).toThrow(/cannot be read/)
    expect(withNode(Uint8Array.of(7))).toThrow(/cannot be read/)
    const flipped = bytes.slice()
    flipped[flipped.length - 1] = 2
    expect(withNode(flipped)).toThrow(/does not have this hash/)
  })
})

describe('key proofs', () => {
  const store = emptyStore()
  const present = Array.from({ length: 60 }, (_, n) => `key/${n}`)
  apply(store, new Map(present.map((k) => [k, utf8ToBytes(k)])))
  const proofOf = (k: string): KeyProof => proveKey(store.nodes, store.root, k)

  test('prove the value of every present key and no other value, nor absence', () => {
    for (const k of present) {
      expect(verifyKeyProof(store.root, k, utf8ToBytes(k), proofOf(k))).toEqual({ ok: true })
      expect(verifyKeyProof(store.root, k, utf8ToBytes('other'), proofOf(k))).toEqual({ ok: false, fault: 'wrong-value' })
      expect(verifyKeyProof(store.root, k, null, proofOf(k))).toEqual({ ok: false, fault: 'key-present' })
    }
  })

  test('prove absence, by an empty place and by a stranger in the place', () => {
    const kinds = new Set<string>()
    for (let n = 0; n < 200; n++) {
      const proof = proofOf(`absent/${n}`)
      kinds.add(proof.end.kind)
      expect(verifyKeyProof(store.root, `absent/${n}`, null, proof)).toEqual({ ok: true })
      expect(verifyKeyProof(store.root, `absent/${n}`, Uint8Array.of(1), proof)).toEqual({ ok: false, fault: 'key-absent' })
    }
    expect([...kinds].sort()).toEqual(['empty', 'leaf'])
  })

  test("another key's proof never proves absence", () => {
    fc.assert(fc.property(fc.constantFrom(...present), fc.oneof(fc.constantFrom(...present), fc.string()), (k, other) => {
      fc.pre(k !== other)
      expect(verifyKeyProof(store.root, k, null, proofOf(other)).ok).toBe(false)
    }), { numRuns: 300 })
  })

  test('a proof with any digit changed, or a level more or less, fails', () => {
    fc.assert(fc.property(fc.constantFrom(...present), fc.nat(), fc.nat(), fc.boolean(), (k, at, digit, isPresent) => {
      const name = isPresent ? k : `absent/${k}`
      const expected = isPresent ? utf8ToBytes(k) : null
      const text = JSON.stringify(proofOf(name))
      const places = [...text.matchAll(/[0-9a-f]{64}/g)].map((match) => match.index)
      const place = places[at % places.length]! + (digit % 64)
      const changed = text.slice(0, place) + (text[place] === '0' ? '1' : '0') + text.slice(place + 1)
      const tampered = [JSON.parse(changed) as KeyProof]
      const { siblings, end } = proofOf(name)
      tampered.push({ siblings: siblings.slice(1), end }, { siblings: siblings.slice(0, -1), end }, { siblings: [...siblings, EMPTY_STATE], end })
      for (const proof of tampered) expect(verifyKeyProof(store.root, name, expected, proof).ok).toBe(false)
    }), { numRuns: 200 })
  })

  test('the empty state proves every absence; nonsense is refused, not thrown', () => {
    expect(verifyKeyProof(EMPTY_STATE, 'x', null, proveKey(new Map(), EMPTY_STATE, 'x'))).toEqual({ ok: true })
    const nonsense: unknown[] = [null, {}, { siblings: [] }, { siblings: ['zz'], end: { kind: 'empty' } }, { siblings: Array(257).fill(EMPTY_STATE), end: { kind: 'empty' } },
      { siblings: [], end: { kind: 'leaf', path: 5, valueHash: EMPTY_STATE } }, { siblings: [], end: { kind: 'other' } }]
    for (const proof of nonsense) expect(verifyKeyProof(store.root, 'x', null, proof as KeyProof)).toEqual({ ok: false, fault: 'not-a-proof' })
  })
})
