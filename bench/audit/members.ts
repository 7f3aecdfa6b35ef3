/** A recorder and five validators as witnesses, each with its memory on disk. */
import { join } from 'node:path'
import { bindKey } from '../../audit/notes/key-binding.js'
import { deriveNoteSigner } from '../../audit/notes/note-keys.js'
import { openWitnessMemory } from '../../audit/witness/memory.js'
import { createWitness, type Witness } from '../../audit/witness/witness.js'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { createGenesis, DEFAULT_LIMITS, type Genesis } from '../../domain/genesis.js'
import { createSigner, createVerifier } from '../../platform/crypto/ed25519.js'

export type Members = { readonly genesis: Genesis; readonly logKey: Signer; readonly witnesses: readonly Witness[] }

export function createMembers(folder: string): Members {
  const seeds = [1, 2, 3, 4, 5, 6].map((n) => new Uint8Array(32).fill(n))
  const signers = seeds.map(createSigner)
  const [recorder, ...validators] = signers.map(({ publicKey }, i) => ({ name: `member-${i}`, publicKey: bytesToHex(publicKey) }))
  const genesis = createGenesis({
    format: 1, network: 'bench', createdAt: '2026-01-01T00:00:00Z', epoch: 0, producers: [], limits: DEFAULT_LIMITS, validators, recorders: [recorder as { name: string; publicKey: string }],
  })
  const logKey = deriveNoteSigner('log', seeds[0] as Uint8Array, genesis.chainId)
  const binding = utf8ToBytes(JSON.stringify(bindKey(signers[0] as Signer, genesis.chainId, 'log', logKey.publicKey)))
  // Ten seconds pass at each look, so that no limit of requests a second is measured.
  let clock = 1_790_000_000_000
  const witnesses = signers.slice(1).map((identity, i) => {
    const witness = createWitness({
      genesis, identity, identitySeed: seeds[i + 1] as Uint8Array, memory: openWitnessMemory(join(folder, `witness-${i}.json`)), verify: createVerifier(), now: () => (clock += 10_000),
      onAlarm: (sentence) => { throw new Error(sentence) },
    })
    witness.addLog(binding)
    return witness
  })
  return { genesis, logKey, witnesses }
}
