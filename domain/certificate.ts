/**
 * Votes, timeouts and the certificates made of them: types, the exact bytes that are signed, and their encodings.
 * Signed bytes are fixed-width, domain-separated and carry no time, so all signatures of a certificate cover the
 * same message. Diem's commit info rides in each vote: one quorum certificate is a whole commit certificate.
 */
import { ByteReader, ByteWriter, DecodeError } from './bytes.js'
import { tagBytes } from './hash.js'
import { asEpoch, asHeight, asView, type BlockHash, type ChainId, type Epoch, type Height, type ValidatorId, type View } from './ids.js'
import { SIGNATURE_BYTES } from './crypto.js'

/** What a vote says. `commitHash` is the parent when parent view + 1 == view (the 2-chain rule), else undefined. */
export type VoteData = {
  readonly epoch: Epoch
  readonly view: View
  readonly height: Height
  readonly blockHash: BlockHash
  readonly parentView: View
  readonly commit: { readonly hash: BlockHash; readonly height: Height } | undefined
}

export type Vote = { readonly data: VoteData; readonly voter: ValidatorId; readonly signature: Uint8Array }

/** Index into the validator set, and that validator's signature. */
export type IndexedSignature = { readonly index: number; readonly signature: Uint8Array }

export type QuorumCertificate = { readonly data: VoteData; readonly signatures: readonly IndexedSignature[] }

export type Timeout = {
  readonly epoch: Epoch
  readonly view: View
  /** View of the highest certificate the sender knows; signed. */
  readonly highQcView: View
  readonly sender: ValidatorId
  readonly signature: Uint8Array
  readonly highQc: QuorumCertificate
  /** Present iff highQc.view + 1 != view: why the sender is in this view at all. */
  readonly lastTc: TimeoutCertificate | undefined
}

export type TimeoutCertificate = {
  readonly epoch: Epoch
  readonly view: View
  readonly highQc: QuorumCertificate
  readonly signatures: readonly (IndexedSignature & { readonly highQcView: View })[]
}

const VOTE_TAG = tagBytes('cybermesh/vote/v1')
const TIMEOUT_TAG = tagBytes('cybermesh/timeout/v1')
const NO_HASH = new Uint8Array(32)
const MAX_SIGNATURES = 256

export function voteSignBytes(chainId: ChainId, data: VoteData): Uint8Array {
  const writer = new ByteWriter(256).raw(VOTE_TAG).hash(chainId)
  writeVoteData(writer, data)
  return writer.finish()
}

export function timeoutSignBytes(chainId: ChainId, epoch: Epoch, view: View, highQcView: View): Uint8Array {
  return new ByteWriter(128).raw(TIMEOUT_TAG).hash(chainId).u64(epoch).u64(view).u64(highQcView).finish()
}

export function writeVoteData(writer: ByteWriter, data: VoteData): void {
  writer.u64(data.epoch).u64(data.view).u64(data.height).hash(data.blockHash).u64(data.parentView)
  if (data.commit === undefined) writer.raw(NO_HASH).u64(0)
  else writer.hash(data.commit.hash).u64(data.commit.height)
}

export function readVoteData(reader: ByteReader): VoteData {
  const epoch = asEpoch(reader.u64('vote.epoch'))
  const view = asView(reader.u64('vote.view'))
  const height = asHeight(reader.u64('vote.height'))
  const blockHash = reader.hash('vote.blockHash') as BlockHash
  const parentView = asView(reader.u64('vote.parentView'))
  const commitHash = reader.hash('vote.commitHash')
  const commitHeight = reader.u64('vote.commitHeight')
  const isEmpty = /^0+$/.test(commitHash)
  if (isEmpty && commitHeight !== 0) throw new DecodeError('vote.commitHeight', 'set without a commit hash')
  const commit = isEmpty ? undefined : { hash: commitHash as BlockHash, height: asHeight(commitHeight) }
  return { epoch, view, height, blockHash, parentView, commit }
}

export function writeQc(writer: ByteWriter, qc: QuorumCertificate): void {
  writeVoteData(writer, qc.data)
  writer.u32(qc.signatures.length)
  for (const { index, signature } of qc.signatures) writer.u8(index).raw(signature)
}

export function readQc(reader: ByteReader): QuorumCertificate {
  const data = readVoteData(reader)
  const signatures = readSignatures(reader, 'qc', (index, signature) => ({ index, signature }))
  return { data, signatures }
}

export function writeTc(writer: ByteWriter, tc: TimeoutCertificate): void {
  writer.u64(tc.epoch).u64(tc.view)
  writeQc(writer, tc.highQc)
  writer.u32(tc.signatures.length)
  for (const { index, signature, highQcView } of tc.signatures) writer.u8(index).raw(signature).u64(highQcView)
}

export function readTc(reader: ByteReader): TimeoutCertificate {
  const epoch = asEpoch(reader.u64('tc.epoch'))
  const view = asView(reader.u64('tc.view'))
  const highQc = readQc(reader)
  const signatures = readSignatures(reader, 'tc', (index, signature) => ({ index, signature, highQcView: asView(reader.u64('tc.highQcView')) }))
  return { epoch, view, highQc, signatures }
}

/** Signers must come in strictly rising order: one encoding a certificate, and no signer twice. */
function readSignatures<T extends IndexedSignature>(reader: ByteReader, field: string, build: (index: number, signature: Uint8Array) => T): T[] {
  const count = reader.count(MAX_SIGNATURES, `${field}.signatures`)
  const out: T[] = []
  let last = -1
  for (let i = 0; i < count; i++) {
    const index = reader.u8(`${field}.index`)
    if (index <= last) throw new DecodeError(`${field}.index`, 'signers are not in rising order')
    last = index
    out.push(build(index, reader.raw(SIGNATURE_BYTES, `${field}.signature`)))
  }
  return out
}

export function encodeQc(qc: QuorumCertificate): Uint8Array {
  const writer = new ByteWriter(512)
  writeQc(writer, qc)
  return writer.finish()
}

export function decodeQc(bytes: Uint8Array): QuorumCertificate {
  const reader = new ByteReader(bytes)
  const qc = readQc(reader)
  reader.end('qc')
  return qc
}

export function encodeTc(tc: TimeoutCertificate): Uint8Array {
  const writer = new ByteWriter(1024)
  writeTc(writer, tc)
  return writer.finish()
}

export function decodeTc(bytes: Uint8Array): TimeoutCertificate {
  const reader = new ByteReader(bytes)
  const tc = readTc(reader)
  reader.end('tc')
  return tc
}
