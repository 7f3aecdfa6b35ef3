/** `keys.json` of a log: which keys sign its checkpoints, each bound by a member of the genesis. */
import { z } from 'zod'
import { hexToBytes } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { quorumSize } from '../../domain/quorum.js'
import { originOf } from './checkpoint.js'
import { cosignatureVerifier } from './cosignature.js'
import { AuditFormatError } from '../errors.js'
import { isBound, keyBindingSchema, type KeyBinding } from './key-binding.js'
import { ed25519Verifier, type NoteVerifier } from './note.js'
import { witnessNameOf } from './note-keys.js'

export const auditKeysSchema = z.strictObject({ origin: z.string(), log: keyBindingSchema, witnesses: z.array(keyBindingSchema).max(100) })
export type AuditKeys = z.infer<typeof auditKeysSchema>

export type AuditWitness = {
  /** Name of the validator in the genesis. */
  readonly validator: string
  /** Public key of the validator, hex. */
  readonly identity: string
  readonly verifier: NoteVerifier
}

/** Whom one believes about one log. */
export type AuditTrust = {
  readonly origin: string
  readonly log: NoteVerifier
  readonly witnesses: readonly AuditWitness[]
  /** Cosignatures without which a checkpoint is none. */
  readonly quorum: number
}

/** Throws AuditFormatError naming the field. */
export function parseAuditKeys(json: unknown): AuditKeys {
  const parsed = auditKeysSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AuditFormatError(`keys.${issue?.path.join('.') ?? 'file'}`, issue?.message ?? 'wrong shape')
}

/**
 * Keys that members of the genesis bound, and no others. Throws AuditFormatError where the file is another log's, where
 * one who is no member binds a key, where a binding is false, and where a member binds twice.
 */
export function trustAuditKeys(keys: AuditKeys, genesis: Genesis, verify: VerifySignature): AuditTrust {
  const { chainId } = genesis
  const origin = originOf(chainId)
  if (keys.origin !== origin) throw new AuditFormatError('keys.origin', `these keys are of ${keys.origin}, the genesis is of ${origin}; take the genesis of that log`)
  checkBinding('keys.log', keys.log, 'log', genesis.recorders, chainId, verify)
  const seen = new Set<string>()
  const witnesses = keys.witnesses.map((binding, i): AuditWitness => {
    const validator = checkBinding(`keys.witnesses.${i}`, binding, 'witness', genesis.validators, chainId, verify)
    if (seen.has(binding.identity)) throw new AuditFormatError(`keys.witnesses.${i}`, `${validator} has two keys`)
    seen.add(binding.identity)
    return { validator, identity: binding.identity, verifier: cosignatureVerifier(witnessNameOf(chainId, hexToBytes(binding.identity)), hexToBytes(binding.publicKey), verify) }
  })
  return { origin, log: ed25519Verifier(origin, hexToBytes(keys.log.publicKey), verify), witnesses, quorum: quorumSize(genesis.validators.length) }
}

type Member = { readonly name: string; readonly publicKey: string }

/** @returns the member's name */
export function checkBinding(field: string, binding: KeyBinding, role: KeyBinding['role'], members: readonly Member[], chainId: string, verify: VerifySignature): string {
  if (binding.role !== role) throw new AuditFormatError(field, `is the key of a ${binding.role}, not of a ${role}`)
  const member = members.find(({ publicKey }) => publicKey === binding.identity)
  if (member === undefined) throw new AuditFormatError(field, `${binding.identity.slice(0, 8)} is no ${role === 'log' ? 'recorder' : 'validator'} of the genesis`)
  if (!isBound(binding, chainId, verify)) throw new AuditFormatError(field, `${member.name} did not sign for this key`)
  return member.name
}
