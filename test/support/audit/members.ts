/** A recorder and five validators with keys that are the same each time, and their genesis. */
import { bytesToHex } from '../../../domain/bytes.js'
import type { Signer } from '../../../domain/crypto.js'
import { createGenesis, DEFAULT_LIMITS, type Genesis } from '../../../domain/genesis.js'
import { createSigner } from '../../../platform/crypto/ed25519.js'

export type Member = { readonly name: string; readonly seed: Uint8Array; readonly signer: Signer }

const memberOf = (name: string, n: number): Member => {
  const seed = new Uint8Array(32).fill(n)
  return { name, seed, signer: createSigner(seed) }
}

export const recorder = memberOf('recorder-0', 100)
export const validators = [1, 2, 3, 4, 5].map((n) => memberOf(`validator-${n - 1}`, n))
const entryOf = ({ name, signer }: Member) => ({ name, publicKey: bytesToHex(signer.publicKey) })

export const genesis: Genesis = createGenesis({
  format: 1, network: 'audit', createdAt: '2026-01-01T00:00:00Z', epoch: 0, producers: [], limits: DEFAULT_LIMITS,
  validators: validators.map(entryOf), recorders: [entryOf(recorder)],
})
