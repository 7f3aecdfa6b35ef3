/** Writes and checks the COSE receipt of an anomaly's entry in the log. */
import { existsSync } from 'node:fs'
import { decodeCoseRoot, decodeReceipt, encodeReceipt, isRootSigned, signRoot, type CoseRoot } from '../../audit/cose/receipt.js'
import { originOf } from '../../audit/notes/checkpoint.js'
import { auditLeafOf } from '../../audit/tree/entry.js'
import { AuditFormatError } from '../../audit/errors.js'
import { keyIdOf, ED25519 } from '../../audit/notes/note.js'
import { deriveNoteSigner } from '../../audit/notes/note-keys.js'
import { rootFromInclusion } from '../../audit/proof/root-from-inclusion.js'
import { COSE_FILE } from '../../audit/tiles/tile-files.js'
import { verifyBundle } from '../../audit/verifier/index.js'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeySeed } from '../../platform/crypto/key-file.js'
import type { DataFolder } from '../data-folder/open.js'
import { UserError } from '../shared/user-error.js'
import { auditFolder } from './audit-folder.js'
import { readerOf, type TreeProofRead } from './tree-proof.js'

type Tree = Extract<TreeProofRead, { kind: 'found' }>

/** The recorder signs the root when it publishes; where that file is of another tree, the folder's own key signs it. */
export async function coseReceiptOf(data: DataFolder, { proof, checkpoint }: Tree, position: number): Promise<Uint8Array> {
  const publicKey = hexToBytes((proof.keys[0] as { publicKey: string }).publicKey)
  const signed = await publishedRoot(data, checkpoint.root, publicKey) ?? signedHere(data, { size: Number(checkpoint.size), root: checkpoint.root }, publicKey)
  if (signed === undefined) throw new UserError('NO_SIGNATURE', 'the recorder has not signed the newest checkpoint for COSE and its key is not in this folder; try again in a few seconds')
  return encodeReceipt(signed, { size: Number(checkpoint.size), index: position, path: proof.path })
}

async function publishedRoot(data: DataFolder, root: Uint8Array, publicKey: Uint8Array): Promise<CoseRoot | undefined> {
  const bytes = await readerOf(auditFolder(data))(COSE_FILE)
  try {
    const signed = bytes === undefined ? undefined : decodeCoseRoot(bytes)
    return signed !== undefined && isRootSigned(signed, root, publicKey, createVerifier()) ? signed : undefined
  } catch (error) {
    if (error instanceof AuditFormatError) return undefined
    throw error
  }
}

function signedHere({ layout, genesis }: DataFolder, tree: { readonly size: number; readonly root: Uint8Array }, publicKey: Uint8Array): CoseRoot | undefined {
  for (const { name } of genesis.recorders) {
    if (!existsSync(layout.key(name))) continue
    const signer = deriveNoteSigner('log', readKeySeed(layout.key(name)), genesis.chainId)
    const origin = originOf(genesis.chainId)
    if (bytesToHex(signer.publicKey) === bytesToHex(publicKey)) return signRoot(origin, hexToBytes(keyIdOf(origin, ED25519, publicKey)), tree, signer)
  }
  return undefined
}

export type ReceiptVerification =
  | { readonly ok: true; readonly issuer: string; readonly size: number; readonly index: number; readonly root: string }
  | { readonly ok: false; readonly sentence: string }

/** The bundle says which entry it is and, by its bindings, which key the log signs with; it is verified first. */
export function verifyReceiptOf(receipt: Uint8Array, bundle: Uint8Array, genesis: Uint8Array): ReceiptVerification {
  const verification = verifyBundle(bundle, genesis)
  if (!verification.ok) return { ok: false, sentence: `the bundle: ${verification.sentence}` }
  const { chainId, log: { position } } = verification.proven
  const { logEntry, audit } = JSON.parse(Buffer.from(bundle).toString('utf8')) as { logEntry: string; audit: { keys: { publicKey: string }[] } }
  const publicKey = hexToBytes((audit.keys[0] as { publicKey: string }).publicKey)
  const origin = originOf(chainId)
  try {
    const { issuer, keyId, proof: { size, index, path }, ...signed } = decodeReceipt(receipt)
    if (issuer !== origin) return { ok: false, sentence: `receipt.issuer: it is of the log ${issuer}, genesis of ${origin}` }
    if (bytesToHex(keyId) !== keyIdOf(origin, ED25519, publicKey)) return { ok: false, sentence: 'receipt.kid: it was signed with another key than that of the log' }
    if (index !== position) return { ok: false, sentence: `receipt.proof: it is about entry ${index}, the bundle about ${position}` }
    const root = rootFromInclusion(auditLeafOf(position, new Uint8Array(Buffer.from(logEntry, 'base64'))), BigInt(index), BigInt(size), path)
    if (root === undefined) return { ok: false, sentence: `receipt.path: ${path.length} hashes do not lead from entry ${index} to the root of ${size}` }
    if (!isRootSigned(signed, root, publicKey, createVerifier())) return { ok: false, sentence: 'receipt.signature: it is not of the root that entry and path give' }
    return { ok: true, issuer, size, index, root: bytesToHex(root) }
  } catch (error) {
    if (error instanceof AuditFormatError) return { ok: false, sentence: error.message }
    throw error
  }
}
