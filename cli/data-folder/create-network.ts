/** Keys, genesis and empty safety records for a network on one machine. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { bytesToHex } from '../../domain/bytes.js'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf, type Genesis } from '../../domain/genesis.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import { createSafetyFile } from '../../consensus/storage/safety-record/store.js'
import { readKeyFile, writeKeyFile } from '../../platform/crypto/key-file.js'
import { UserError } from '../shared/user-error.js'
import { writeJson } from '../shared/write-atomic.js'
import { ANALYST_KEY, AUTHORITY_KEY, detectorKey, RECORDER_KEY, validatorName, type Layout } from './layout.js'

/** `detectors` are the producers of the genesis, each with a key of its own. */
export type NetworkSize = { readonly validators: number; readonly detectors: number }

export function createNetwork(layout: Layout, { validators, detectors }: NetworkSize): Genesis {
  if (!Number.isInteger(validators) || validators < 1 || validators > 20) throw new UserError('BAD_OPTION', `--validators must be from 1 to 20, got ${validators}`)
  if (!Number.isInteger(detectors) || detectors < 1 || detectors > 20) throw new UserError('BAD_OPTION', `--detectors must be from 1 to 20, got ${detectors}`)
  mkdirSync(layout.keys, { recursive: true, mode: 0o700 })
  const names = Array.from({ length: validators }, (_, index) => validatorName(index))
  const entry = (name: string) => ({ name, publicKey: publicKeyOf(layout, name) })
  const genesis = createGenesis({
    format: 1, network: 'local', createdAt: new Date().toISOString(), epoch: 0,
    validators: names.map(entry),
    producers: Array.from({ length: detectors }, (_, index) => ({ ...entry(detectorKey(index)), schemes: ['v2'] })),
    recorders: [entry(RECORDER_KEY)],
    policyAuthorities: [entry(AUTHORITY_KEY)],
    analysts: [entry(ANALYST_KEY)],
    limits: DEFAULT_LIMITS,
  })
  writeJson(layout.genesis, genesis)
  const { chainId } = validatorSetOf(genesis)
  for (const name of names) {
    mkdirSync(layout.validator(name), { recursive: true })
    // Left by a start that was killed before the network existed: its key has signed nothing.
    rmSync(layout.safetyRecord(name), { force: true })
    createSafetyFile(layout.safetyRecord(name), { chainId, publicKey: readKeyFile(layout.key(name)).publicKey }, firstSafetyRecord(genesis))
  }
  return genesis
}

function publicKeyOf(layout: Layout, name: string): string {
  const path = layout.key(name)
  const signer = existsSync(path) ? readKeyFile(path) : writeKeyFile(path, randomBytes(32))
  return bytesToHex(signer.publicKey)
}
