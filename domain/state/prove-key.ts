/** Proofs that a key has a value, or that it is absent, which anyone can check against a state root alone. */
import { bytesToHex, hexToBytes } from '../bytes.js'
import type { StateNodes } from '../execution/types.js'
import { sha256 } from '../hash.js'
import { isHex32, type StateRoot } from '../ids.js'
import { bitAt, EMPTY_STATE, innerHash, leafHash, loadNode, pathOf } from './nodes.js'

/** JSON as it stands: all hashes are lowercase hex. */
export type KeyProof = {
  /** Siblings from the root down; their number is the depth at which the key's path ends. */
  readonly siblings: readonly string[]
  /** What stands where the path ends: nothing, or a leaf. Another key's leaf there proves absence. */
  readonly end: { readonly kind: 'empty' } | { readonly kind: 'leaf'; readonly path: string; readonly valueHash: string }
}

/** Throws StateNodeError when the store is damaged. */
export function proveKey(nodes: StateNodes, root: StateRoot, key: string): KeyProof {
  const path = pathOf(key)
  const siblings: string[] = []
  let node = loadNode(nodes, root)
  while (node?.kind === 'inner') {
    const goesLeft = bitAt(path, siblings.length) === 0
    siblings.push(goesLeft ? node.right : node.left)
    node = loadNode(nodes, goesLeft ? node.left : node.right)
  }
  if (node === undefined) return { siblings, end: { kind: 'empty' } }
  return { siblings, end: { kind: 'leaf', path: bytesToHex(node.path), valueHash: bytesToHex(sha256(node.value)) } }
}

export type KeyProofFault = 'not-a-proof' | 'wrong-root' | 'wrong-value' | 'key-present' | 'key-absent'
export type KeyProofCheck = { readonly ok: true } | { readonly ok: false; readonly fault: KeyProofFault }

const PATH_BITS = 256

/** @param value the value to be proved, or null for absence. Never throws on untrusted proofs. */
export function verifyKeyProof(root: StateRoot, key: string, value: Uint8Array | null, proof: KeyProof): KeyProofCheck {
  if (!isWellFormed(proof)) return fault('not-a-proof')
  const { siblings, end } = proof
  const path = pathOf(key)
  // The key's own bits say on which side each sibling stands, so only what lies on the key's path can reach the root.
  let hash: string = end.kind === 'leaf' ? leafHash(hexToBytes(end.path), hexToBytes(end.valueHash)) : EMPTY_STATE
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    const sibling = siblings[depth] as string
    hash = bitAt(path, depth) === 0 ? innerHash(hash, sibling) : innerHash(sibling, hash)
  }
  if (hash !== root) return fault('wrong-root')

  const isPresent = end.kind === 'leaf' && end.path === bytesToHex(path)
  if (value === null) return isPresent ? fault('key-present') : { ok: true }
  if (!isPresent) return fault('key-absent')
  return end.valueHash === bytesToHex(sha256(value)) ? { ok: true } : fault('wrong-value')
}

const fault = (reason: KeyProofFault): KeyProofCheck => ({ ok: false, fault: reason })

function isWellFormed(proof: KeyProof): boolean {
  const isHash = (value: unknown): boolean => typeof value === 'string' && isHex32(value)
  if (typeof proof !== 'object' || proof === null) return false
  if (!Array.isArray(proof.siblings) || proof.siblings.length > PATH_BITS || !proof.siblings.every(isHash)) return false
  if (typeof proof.end !== 'object' || proof.end === null) return false
  return proof.end.kind === 'empty' || (proof.end.kind === 'leaf' && isHash(proof.end.path) && isHash(proof.end.valueHash))
}
