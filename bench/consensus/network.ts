/** Keys, genesis, ports and empty folders for the validators of one run. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf } from '../../domain/genesis.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import { createSafetyFile } from '../../consensus/storage/safety-record/store.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { freePorts } from '../../platform/free-port.js'
import type { ValidatorConfig } from './protocol.js'

export type BenchNetwork = { readonly validators: readonly ValidatorConfig[]; readonly producers: readonly Signer[] }

const PRODUCERS = 4
const BASE_TIMEOUT_MS = 1000

export async function createBenchNetwork(folder: string, n: number): Promise<BenchNetwork> {
  const seedOf = (name: string): Buffer => createHash('sha256').update(`bench ${name}`).digest()
  const keyed = (name: string) => ({ name, signer: createSigner(seedOf(name)) })
  const validators = Array.from({ length: n }, (_, i) => keyed(`validator-${i}`))
  const producers = Array.from({ length: PRODUCERS }, (_, i) => keyed(`producer-${i}`))
  const entryOf = ({ name, signer }: { name: string; signer: Signer }) => ({ name, publicKey: bytesToHex(signer.publicKey) })
  const genesis = createGenesis({
    format: 1, network: 'bench', createdAt: '2026-01-01T00:00:00Z', epoch: 0, recorders: [], limits: DEFAULT_LIMITS,
    validators: validators.map(entryOf), producers: producers.map((producer) => ({ ...entryOf(producer), schemes: ['v2'] as 'v2'[] })),
  })
  const genesisPath = join(folder, 'genesis.json')
  writeFileSync(genesisPath, JSON.stringify(genesis))
  const addresses = (await freePorts(n)).map((port) => `/ip4/127.0.0.1/tcp/${port}`)
  const { chainId } = validatorSetOf(genesis)
  return {
    producers: producers.map(({ signer }) => signer),
    validators: validators.map(({ name, signer }, index) => {
      const own = join(folder, name)
      mkdirSync(own)
      createSafetyFile(join(own, 'safety.record'), { chainId, publicKey: signer.publicKey }, firstSafetyRecord(genesis))
      return { index, folder: own, genesisPath, seed: seedOf(name).toString('hex'), addresses, baseTimeoutMs: BASE_TIMEOUT_MS }
    }),
  }
}
