import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EMPTY_ROOT } from '../../domain/merkle.js'
import { planConsistency, planRange, proveConsistency, verifyConsistency, type ConsistencyClaim } from './consistency.js'
import { completeSubtrees, makeProof } from './subtrees.js'
import { byteTree, flipped, isRange, leafTree, proofLine } from './testing/leaf-tree.js'

const GARBAGE = new Uint8Array(32).fill(0x5a)
const TREE = byteTree(130)

const claimOf = async (size1: number, size2: number): Promise<ConsistencyClaim> => ({
  size1: BigInt(size1), root1: TREE.root(size1), size2: BigInt(size2), root2: TREE.root(size2),
  proof: await proveConsistency(BigInt(size1), BigInt(size2), TREE.read),
})

function mutants(claim: ConsistencyClaim): [string, ConsistencyClaim][] {
  const { size1, root1, size2, root2, proof } = claim
  return [
    ['another first root', { ...claim, root1: GARBAGE }],
    ['another second root', { ...claim, root2: GARBAGE }],
    ['a bit of the first root turned', { ...claim, root1: flipped(root1, 7) }],
    ['a bit of the second root turned', { ...claim, root2: flipped(root2, 7) }],
    ['both roots the same', { ...claim, root1: GARBAGE, root2: GARBAGE, proof: size1 === size2 ? [GARBAGE] : proof }],
    ...proof.map((hash, i): [string, ConsistencyClaim] => [`a bit of hash ${i} turned`, { ...claim, proof: proof.with(i, flipped(hash, 4)) }]),
    ['garbage after the proof', { ...claim, proof: [...proof, GARBAGE] }],
    ['garbage before the proof', { ...claim, proof: [GARBAGE, ...proof] }],
    ['the first root before the proof', { ...claim, proof: [root1, ...proof] }],
    ['seventy hashes after the proof', { ...claim, proof: [...proof, ...Array.from({ length: 70 }, () => GARBAGE)] }],
    ['an empty hash after the proof', { ...claim, proof: [...proof, new Uint8Array(0)] }],
    ['the next first size', { ...claim, size1: size1 + 1n }],
    ['the first size before', { ...claim, size1: size1 - 1n }],
    ['twice the second size', { ...claim, size2: size2 * 2n }],
    ['half the second size', { ...claim, size2: size2 / 2n }],
    ['twice the first size', { ...claim, size1: size1 * 2n }],
    ['sizes the other way round', { ...claim, size1: size2 + 1n, size2: size1 }],
    ['an empty first tree', { ...claim, size1: 0n }],
    ['an empty first tree with its root and no proof', { ...claim, size1: 0n, root1: EMPTY_ROOT, proof: [] }],
    ['two empty trees', { size1: 0n, root1: EMPTY_ROOT, size2: 0n, root2: EMPTY_ROOT, proof: [] }],
    ['sizes beyond all', { ...claim, size2: 2n ** 64n }],
    ...(proof.length === 0 ? [] : [['a proof cut short', { ...claim, proof: proof.slice(0, -1) }], ['a proof without its first hash', { ...claim, proof: proof.slice(1) }]] as [string, ConsistencyClaim][]),
  ]
}

describe('consistency proofs', () => {
  test('equal the published digests over all subtrees of 130 leaves', async () => {
    const hashes = createHash('sha256')
    const proofs = createHash('sha256')
    for (let end = 0; end <= 130; end++) {
      for (let start = 0; start <= end; start++) {
        if (isRange(start, end)) hashes.update(proofLine(`[${start}, ${end})`, await makeProof([completeSubtrees(BigInt(start), BigInt(end))], TREE.read)))
      }
    }
    expect(hashes.digest('hex')).toBe('b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81')
    for (let size = 0; size <= 130; size++) {
      for (let end = 0; end <= size; end++) {
        for (let start = 0; start <= end; start++) {
          if (isRange(start, end)) proofs.update(proofLine(`[${start}, ${end}) ${size}`, await makeProof(planRange(BigInt(start), BigInt(end), BigInt(size)), TREE.read)))
        }
      }
    }
    expect(proofs.digest('hex')).toBe('10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74')
  }, 60_000)

  test('hold between all trees of up to 60 leaves', async () => {
    for (let size2 = 1; size2 <= 60; size2++) {
      for (let size1 = 1; size1 <= size2; size1++) expect(verifyConsistency(await claimOf(size1, size2))).toEqual({ ok: true })
    }
  })

  test.each([[1, 1], [1, 2], [2, 8], [3, 7], [4, 7], [6, 8], [7, 8], [64, 70], [65, 130], [129, 130]])('from %d to %d leaves fail when anything about them is changed', async (size1, size2) => {
    const claim = await claimOf(size1, size2)
    expect(verifyConsistency(claim)).toEqual({ ok: true })
    for (const [name, mutant] of mutants(claim)) expect([name, verifyConsistency(mutant).ok]).toEqual([name, false])
  })

  test('of any tree hold, and never for a tree that was changed where the first one ends or before', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 12 }), { minLength: 1, maxLength: 90 }), fc.nat(), fc.nat(), async (entries, first, at) => {
      const tree = leafTree(entries)
      const size1 = 1 + (first % entries.length)
      const forged = leafTree(entries.with(at % size1, new Uint8Array(13)))
      const sizes = { size1: BigInt(size1), size2: BigInt(entries.length) }
      const proof = await proveConsistency(sizes.size1, sizes.size2, tree.read)
      expect(verifyConsistency({ ...sizes, root1: tree.root(size1), root2: tree.root(entries.length), proof })).toEqual({ ok: true })
      const other = await proveConsistency(sizes.size1, sizes.size2, forged.read)
      for (const path of [proof, other]) {
        expect(verifyConsistency({ ...sizes, root1: tree.root(size1), root2: forged.root(entries.length), proof: path }).ok).toBe(false)
      }
    }))
  })

  test('are bounded before anything is hashed, and asked for in order', () => {
    const proof = Array.from({ length: 64 }, () => GARBAGE)
    expect(verifyConsistency({ size1: 1n, root1: GARBAGE, size2: 2n ** 63n - 1n, root2: GARBAGE, proof })).toEqual({ ok: false, fault: 'proof-too-long' })
    expect(() => planConsistency(0n, 5n)).toThrow(RangeError)
    expect(() => planConsistency(6n, 5n)).toThrow(RangeError)
  })
})
