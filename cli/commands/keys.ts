/** `cybermesh keys`: private keys, what they are called, and the first safety record of a validator's key. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { bytesToHex } from '../../domain/bytes.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import { createSafetyFile } from '../../consensus/storage/safety-record/store.js'
import { readKeyFile, writeKeyFile } from '../../platform/crypto/key-file.js'
import { loadGenesis } from '../config/load.js'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import { registerApiKeys } from './api-keys.js'
import { UserError } from '../shared/user-error.js'

export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('make and show private keys')

  withActor(withJson(keys.command('new').description('make a private key and print its public names')))
    .requiredOption('--out <file>', 'where the private key goes; an existing file is never overwritten')
    .action(async (flags: JsonFlag & ActorFlag & { out: string }) => {
      const [{ describeKey, renderKey }, { recordKeyAction }] = await Promise.all([import('../shared/describe-key.js'), import('../shared/record-key-action.js')])
      const signer = writeKeyFile(flags.out, randomBytes(32))
      await recordKeyAction(flags.out, flags, 'keys.new', { publicKey: bytesToHex(signer.publicKey) })
      answer(flags, { file: flags.out, ...describeKey(signer.publicKey) }, (key) => `${renderKey(key)}\nprivate key   ${key.file}; keep it secret and keep a copy`)
    })

  registerApiKeys(keys)

  withJson(keys.command('show').description('print the public names of a private key').argument('<file>', 'key file'))
    .action(async (file: string, flags: JsonFlag) => {
      const { describeKey, renderKey } = await import('../shared/describe-key.js')
      answer(flags, { file, ...describeKey(readKeyFile(file).publicKey) }, renderKey)
    })

  withJson(keys.command('init-safety').description('make the first safety record of a validator key that has never voted'))
    .requiredOption('--genesis <file>', 'genesis file that names the key as a validator')
    .requiredOption('--key <file>', 'key file of the validator')
    .requiredOption('--out <file>', 'where the record goes: safety.record in the data folder of the validator')
    .action((flags: JsonFlag & SafetyFlags) => {
      answer(flags, initSafety(flags), ({ validator, file }) => `${file} is the first safety record of ${validator}; never copy it to another machine, never put an older copy back`)
    })
}

type SafetyFlags = { readonly genesis: string; readonly key: string; readonly out: string }

/** Refuses where the key may have voted: a second first record would let it contradict itself. */
export function initSafety({ genesis: genesisPath, key, out }: SafetyFlags): { readonly validator: string; readonly file: string } {
  const genesis = loadGenesis(genesisPath)
  const { publicKey } = readKeyFile(key)
  const validator = genesis.validators.find((entry) => entry.publicKey === bytesToHex(publicKey))
  if (validator === undefined) throw new UserError('NOT_A_VALIDATOR', `the key ${key} is no validator of ${genesisPath}; name the key file whose public key stands there`)
  const folder = dirname(out)
  const traces = [`${out}.previous`, join(folder, 'chain', 'data.mdb')].filter((path) => existsSync(path))
  if (traces.length > 0) throw new UserError('MAY_HAVE_VOTED', `${traces[0]} says that this validator has run, so its key may have voted; restore its safety record, or make a new key with \`cybermesh keys new\` and a genesis that names it`)
  mkdirSync(folder, { recursive: true })
  createSafetyFile(out, { chainId: validatorSetOf(genesis).chainId, publicKey }, firstSafetyRecord(genesis))
  return { validator: validator.name, file: out }
}
