import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafHash } from '../../domain/merkle.js'
import { planInclusion, proveInclusion, verifyInclusion, type InclusionClaim } from './inclusion.js'
import { makeProof, readRoot } from './subtrees.js'
import { byteTree, flipped, isRange, leafTree, proofLine } from './testing/leaf-tree.js'

const GARBAGE = new Uint8Array(32).fill(0x5a)

async function claimOf(size: number, index: number): Promise<InclusionClaim> {
  const tree = byteTree(size)
  return { leaf: tree.leaves[index] as Uint8Array, index: BigInt(index), size: BigInt(size), root: tree.root(size), proof: await proveInclusion(BigInt(index), BigInt(size), tree.read) }
}

/** The mutation classes that verifiers of transparency logs are tested with. */
function mutants(claim: InclusionClaim): [string, InclusionClaim][] {
  const { leaf, index, size, root, proof } = claim
  return [
    ['another leaf', { ...claim, leaf: leafHash(Uint8Array.of(0xff)) }],
    ['an empty leaf hash', { ...claim, leaf: new Uint8Array(0) }],
    ['another root', { ...claim, root: GARBAGE }],
    ['the root of nothing', { ...claim, root: new Uint8Array(0) }],
    ['a bit of the leaf turned', { ...claim, leaf: flipped(leaf) }],
    ['a bit of the root turned', { ...claim, root: flipped(root, 31) }],
    ...proof.map((hash, i): [string, InclusionClaim] => [`a bit of hash ${i} turned`, { ...claim, proof: proof.with(i, flipped(hash, 4)) }]),
    ['garbage after the proof', { ...claim, proof: [...proof, GARBAGE] }],
    ['the root after the proof', { ...claim, proof: [...proof, root] }],
    ['garbage before the proof', { ...claim, proof: [GARBAGE, ...proof] }],
    ['an empty hash after the proof', { ...claim, proof: [...proof, new Uint8Array(0)] }],
    ['seventy hashes after the proof', { ...claim, proof: [...proof, ...Array.from({ length: 70 }, () => GARBAGE)] }],
    ['the next index', { ...claim, index: index + 1n }],
    ['the index before', { ...claim, index: index - 1n }],
    ['another index', { ...claim, index: index ^ 2n }],
    ['twice the size', { ...claim, size: size * 2n }],
    ['half the size', { ...claim, size: size / 2n }],
    ['no size', { ...claim, size: 0n, index: 0n }],
    ['a size beyond all', { ...claim, size: 2n ** 64n }],
    ...(proof.length === 0 ? [] : [['a proof cut short', { ...claim, proof: proof.slice(0, -1) }], ['a proof without its first hash', { ...claim, proof: proof.slice(1) }]] as [string, InclusionClaim][]),
  ]
}

describe('inclusion proofs', () => {
  test('equal the published digest over all subtrees of 130 leaves', async () => {
    const tree = byteTree(130)
    const digest = createHash('sha256')
    for (let end = 0; end <= 130; end++) {
      for (let start = 0; start <= end; start++) {
        if (!isRange(start, end)) continue
        for (let index = start; index < end; index++) {
          const plan = planInclusion(BigInt(index - start), BigInt(end - start))
          const moved = plan.map((part) => part.map((subtree) => ({ ...subtree, index: subtree.index + (BigInt(start) >> BigInt(subtree.level)) })))
          digest.update(proofLine(`${index} [${start}, ${end})`, await makeProof(moved, tree.read)))
        }
      }
    }
    expect(digest.digest('hex')).toBe('ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f')
  })

  test('hold for every leaf of every tree of up to 70 leaves', async () => {
    for (let size = 1; size <= 70; size++) {
      for (let index = 0; index < size; index++) expect(verifyInclusion(await claimOf(size, index))).toEqual({ ok: true })
    }
  })

  test.each([[1, 0], [2, 1], [7, 0], [7, 6], [8, 3], [8, 5], [70, 64], [70, 69]])('of %d leaves and index %d fail when anything about them is changed', async (size, index) => {
    const claim = await claimOf(size, index)
    expect(verifyInclusion(claim)).toEqual({ ok: true })
    for (const [name, mutant] of mutants(claim)) expect([name, verifyInclusion(mutant).ok]).toEqual([name, false])
  })

  test('of any tree hold, and no other leaf, index or root takes its place', async () => {
    // No two entries alike: the proof of one of two equal neighbours proves the other too, and rightly.
    const entriesOf = fc.uniqueArray(fc.uint8Array({ maxLength: 12 }), { minLength: 1, maxLength: 90, selector: String })
    await fc.assert(fc.asyncProperty(entriesOf, fc.nat(), fc.nat(), fc.nat(), async (entries, at, other, bit) => {
      const tree = leafTree(entries)
      const size = BigInt(entries.length)
      const index = BigInt(at % entries.length)
      const claim = { leaf: tree.leaves[Number(index)] as Uint8Array, index, size, root: await readRoot(size, tree.read), proof: await proveInclusion(index, size, tree.read) }
      expect(claim.root).toEqual(tree.root(entries.length))
      expect(verifyInclusion(claim)).toEqual({ ok: true })
      const elsewhere = BigInt(other % entries.length)
      if (elsewhere !== index) expect(verifyInclusion({ ...claim, index: elsewhere }).ok).toBe(false)
      expect(verifyInclusion({ ...claim, root: flipped(claim.root, bit) }).ok).toBe(false)
      expect(verifyInclusion({ ...claim, leaf: flipped(claim.leaf, bit) }).ok).toBe(false)
    }))
  })

  test('are bounded before anything is hashed', () => {
    const proof = Array.from({ length: 64 }, () => GARBAGE)
    expect(verifyInclusion({ leaf: GARBAGE, index: 0n, size: 2n ** 63n - 1n, root: GARBAGE, proof })).toEqual({ ok: false, fault: 'proof-too-long' })
    expect(verifyInclusion({ leaf: GARBAGE, index: 0n, size: 2n ** 63n - 1n, root: GARBAGE, proof: proof.slice(1) })).toEqual({ ok: false, fault: 'wrong-root' })
    expect(() => planInclusion(5n, 5n)).toThrow(RangeError)
  })
})
