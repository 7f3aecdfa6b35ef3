/**
 * Who vouches for a model folder: an Ed25519 signature over the names and SHA-256 of all its other files. The signed
 * bytes are `cybermesh/model-folder/v1` ‖ 0x00 ‖ canonical JSON of that table, so nothing in the folder can be swapped.
 */
import { z } from 'zod'
import { bytesToHex, concatBytes, hexToBytes } from '../../domain/bytes.js'
import { canonicalJsonBytes } from '../../domain/canonical-json.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { sha256Hex, tagBytes } from '../../domain/hash.js'
import { ModelFolderError } from './errors.js'

export const SIGNATURE_FILE = 'signature.json'
const TAG = tagBytes('cybermesh/model-folder/v1')

const signatureSchema = z.strictObject({
  format: z.literal('cybermesh-model-signature/1'),
  publisher: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits'),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')),
  signature: z.string().regex(/^[0-9a-f]{128}$/, 'must be 128 lowercase hex digits'),
})

export type ModelSignature = z.infer<typeof signatureSchema>

/** Every file of a folder but the signature, by name. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>

export function hashesOf(files: ModelFiles): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => [name, sha256Hex(bytes)]))
}

const signedBytes = (hashes: Readonly<Record<string, string>>): Uint8Array => concatBytes(TAG, canonicalJsonBytes({ files: hashes }))

export function signFolder(files: ModelFiles, signer: Signer): ModelSignature {
  const hashes = hashesOf(files)
  return { format: 'cybermesh-model-signature/1', publisher: bytesToHex(signer.publicKey), files: hashes, signature: bytesToHex(signer.sign(signedBytes(hashes))) }
}

export function readSignature(folder: string, bytes: Uint8Array): ModelSignature {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFolderError('BAD_SIGNATURE_FILE', folder, SIGNATURE_FILE, 'is not JSON; sign the folder anew', { cause })
  }
  const signature = signatureSchema.safeParse(json)
  if (signature.success) return signature.data
  const issue = signature.error.issues[0]
  throw new ModelFolderError('BAD_SIGNATURE_FILE', folder, `${SIGNATURE_FILE} ${issue?.path.join('.') ?? ''}`, `${issue?.message ?? 'is malformed'}; sign the folder anew`)
}

/** Throws ModelFolderError naming the first file that is not what was signed. */
export function checkSignature(folder: string, files: ModelFiles, signature: ModelSignature, verify: VerifySignature): void {
  const hashes = hashesOf(files)
  for (const [name, hash] of Object.entries(signature.files)) {
    if (hashes[name] === undefined) throw new ModelFolderError('MISSING_FILE', folder, name, 'was signed and is missing; get the folder again')
    if (hashes[name] !== hash) throw new ModelFolderError('HASH_MISMATCH', folder, name, 'is not the file that was signed; get the folder again, or sign it if the change is yours')
  }
  const unsigned = Object.keys(hashes).find((name) => !Object.hasOwn(signature.files, name))
  if (unsigned !== undefined) throw new ModelFolderError('UNSIGNED_FILE', folder, unsigned, 'was not signed; remove it, or sign the folder if the file is yours')
  if (!verify(hexToBytes(signature.publisher), signedBytes(signature.files), hexToBytes(signature.signature))) {
    throw new ModelFolderError('INVALID_SIGNATURE', folder, SIGNATURE_FILE, 'is not a signature by the publisher it names; get the folder again')
  }
}
