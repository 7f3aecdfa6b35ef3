/**
 * Writes a proof bundle: canonical JSON and one line break (docs/proof-bundle.md). Reading one is the business of
 * audit/verifier alone, which shares no code with this.
 */
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { canonicalJson } from '../../domain/canonical-json.js'

export const BUNDLE_FORMAT = 'cybermesh/proof-bundle/v1'

/** What the chain and its log say of an anomaly: everything but the tree that the log's entry is in. */
export type ChainProof = {
  readonly chainId: string
  /** `message` is the transaction: the bytes that the producer signed. */
  readonly anomaly: { readonly id: string; readonly message: Uint8Array }
  /** Index in the block, and the way from there to the root of its transactions. */
  readonly transaction: { readonly index: number; readonly path: readonly Uint8Array[] }
  /** Receipts of all its transactions, as `encodeTxReceipt` writes them, one after the other. */
  readonly block: { readonly header: Uint8Array; readonly receipts: Uint8Array }
  /** A certificate that commits the block, or the last of `headers`, which begin with the block's child. */
  readonly commit: { readonly certificate: Uint8Array; readonly headers: readonly Uint8Array[] }
  /** Stored bytes of AnomalyCommitted. */
  readonly logEntry: Uint8Array
}

export type NoteKeyBinding = { readonly identity: string; readonly publicKey: string; readonly role: string; readonly signature: string }

/** That the log's entry is in the tree, and who signed for the tree. */
export type TreeProof = {
  readonly path: readonly Uint8Array[]
  /** The note as text. */
  readonly checkpoint: string
  /** One for each signature of the checkpoint, in that order. */
  readonly keys: readonly NoteKeyBinding[]
}

export function formatBundle({ chainId, anomaly, transaction, block, commit, logEntry }: ChainProof, { path, checkpoint, keys }: TreeProof): Uint8Array {
  const bundle = {
    anomaly: { id: anomaly.id, message: base64(anomaly.message) },
    audit: { checkpoint, keys: keys.map(({ identity, publicKey, role, signature }) => ({ identity, publicKey, role, signature })), path: path.map(bytesToHex) },
    block: { header: base64(block.header), receipts: base64(block.receipts) },
    chainId,
    commit: { certificate: base64(commit.certificate), headers: commit.headers.map(base64) },
    // The validators of genesis are those of epoch 0, and there is no other yet.
    epochs: [],
    format: BUNDLE_FORMAT,
    logEntry: base64(logEntry),
    transaction: { index: transaction.index, path: transaction.path.map(bytesToHex) },
  }
  return utf8ToBytes(`${canonicalJson(bundle)}\n`)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
