/** A member of the genesis says which key signs its notes, so that a stranger with the genesis alone can check one. */
import { z } from 'zod'
import { bytesToHex, concatBytes, hexToBytes } from '../../domain/bytes.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { tagBytes } from '../../domain/hash.js'

export type NoteRole = 'log' | 'witness'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `must be ${2 * bytes} lowercase hex digits`)

export const keyBindingSchema = z.strictObject({
  role: z.enum(['log', 'witness']),
  /** Public key in the genesis. */
  identity: hex(32),
  /** The one that signs notes. */
  publicKey: hex(32),
  signature: hex(64),
})
export type KeyBinding = z.infer<typeof keyBindingSchema>

const TAG = tagBytes('cybermesh/note-key/v1')
const ROLE_BYTE: Readonly<Record<NoteRole, number>> = { log: 0, witness: 1 }

/** tag ‖ chain id ‖ role ‖ public key */
export const bindingBytes = (chainId: string, role: NoteRole, publicKey: Uint8Array): Uint8Array =>
  concatBytes(TAG, hexToBytes(chainId), Uint8Array.of(ROLE_BYTE[role]), publicKey)

export function bindKey(identity: Signer, chainId: string, role: NoteRole, publicKey: Uint8Array): KeyBinding {
  return {
    role, identity: bytesToHex(identity.publicKey), publicKey: bytesToHex(publicKey),
    signature: bytesToHex(identity.sign(bindingBytes(chainId, role, publicKey))),
  }
}

/** Whether the identity key signed this; who that is, is for the caller to know. */
export const isBound = ({ role, identity, publicKey, signature }: KeyBinding, chainId: string, verify: VerifySignature): boolean =>
  verify(hexToBytes(identity), bindingBytes(chainId, role, hexToBytes(publicKey)), hexToBytes(signature))
