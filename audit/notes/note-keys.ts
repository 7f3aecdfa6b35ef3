/** The keys that sign notes: derived from identity keys of the genesis, one a role, and what each is called. */
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { deriveSeed } from '../../platform/crypto/derive-seed.js'
import { originOf } from './checkpoint.js'
import type { NoteRole } from './key-binding.js'

const PURPOSE: Readonly<Record<NoteRole, string>> = { log: 'cybermesh/audit-log-key/v1', witness: 'cybermesh/witness-key/v1' }

/** @param identitySeed 32 bytes, the private key of a recorder or a validator */
export const deriveNoteSigner = (role: NoteRole, identitySeed: Uint8Array, chainId: string): Signer => createSigner(deriveSeed(identitySeed, hexToBytes(chainId), PURPOSE[role]))

/** @param identity public key of the validator */
export const witnessNameOf = (chainId: string, identity: Uint8Array): string => `${originOf(chainId)}/witness/${bytesToHex(identity).slice(0, 16)}`
