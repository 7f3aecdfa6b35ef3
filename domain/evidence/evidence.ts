/**
 * Proof that a validator contradicted itself: two things with its signature that an honest one never signs both. It
 * needs no witness; anybody who has the genesis file can check it.
 */
import { ByteReader, ByteWriter, DecodeError } from '../bytes.js'
import { readVoteData, writeVoteData, type VoteData } from '../certificate.js'
import { SIGNATURE_BYTES } from '../crypto.js'
import { asEpoch, asView, type BlockHash, type Epoch, type ValidatorId, type View } from '../ids.js'
import { createTransaction, type Transaction } from '../transaction.js'

export type SignedVoteData = { readonly data: VoteData; readonly signature: Uint8Array }
/** A proposer's signature over a block hash. */
export type SignedHash = { readonly hash: BlockHash; readonly signature: Uint8Array }

export type Evidence =
  /** Two votes for one view that do not say the same. */
  | { readonly kind: 'duplicate-vote'; readonly offender: ValidatorId; readonly a: SignedVoteData; readonly b: SignedVoteData }
  /** Two blocks signed as proposals for one view. */
  | { readonly kind: 'duplicate-proposal'; readonly offender: ValidatorId; readonly epoch: Epoch; readonly view: View; readonly a: SignedHash; readonly b: SignedHash }

export type EvidenceKind = Evidence['kind']

export const EVIDENCE_KINDS = ['duplicate-vote', 'duplicate-proposal'] as const satisfies readonly EvidenceKind[]

/** Far above the size of either kind. */
export const MAX_EVIDENCE_BYTES = 1024

export const viewOfEvidence = (evidence: Evidence): View => (evidence.kind === 'duplicate-vote' ? evidence.a.data.view : evidence.view)
export const epochOfEvidence = (evidence: Evidence): Epoch => (evidence.kind === 'duplicate-vote' ? evidence.a.data.epoch : evidence.epoch)

/** The two parts stand in the order of their bytes, so who saw which one first makes no other transaction. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const writer = new ByteWriter(MAX_EVIDENCE_BYTES).u8(EVIDENCE_KINDS.indexOf(evidence.kind)).hash(evidence.offender)
  if (evidence.kind === 'duplicate-proposal') writer.u64(evidence.epoch).u64(evidence.view)
  for (const part of partsOf(evidence).sort(compareBytes)) writer.raw(part)
  return writer.finish()
}

/** Throws DecodeError naming the field; accepts nothing that `encodeEvidence` would write in another way. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const reader = new ByteReader(bytes)
  const evidence = readEvidence(reader)
  reader.end('evidence')
  const [first, second] = partsOf(evidence)
  if (first === undefined || second === undefined || compareBytes(first, second) >= 0) throw new DecodeError('evidence.parts', 'not in rising order')
  return evidence
}

export const evidenceTransaction = (evidence: Evidence): Transaction => createTransaction('evidence', encodeEvidence(evidence))

function readEvidence(reader: ByteReader): Evidence {
  const kind = EVIDENCE_KINDS[reader.u8('evidence.kind')]
  if (kind === undefined) throw new DecodeError('evidence.kind', 'unknown')
  const offender = reader.hash('evidence.offender') as ValidatorId
  if (kind === 'duplicate-vote') return { kind, offender, a: readSignedVote(reader), b: readSignedVote(reader) }
  const epoch = asEpoch(reader.u64('evidence.epoch'))
  const view = asView(reader.u64('evidence.view'))
  return { kind, offender, epoch, view, a: readSignedHash(reader), b: readSignedHash(reader) }
}

function partsOf(evidence: Evidence): Uint8Array[] {
  if (evidence.kind === 'duplicate-proposal') {
    return [evidence.a, evidence.b].map(({ hash, signature }) => new ByteWriter(96).hash(hash).raw(signature).finish())
  }
  return [evidence.a, evidence.b].map(({ data, signature }) => {
    const writer = new ByteWriter(256)
    writeVoteData(writer, data)
    return writer.raw(signature).finish()
  })
}

function readSignedVote(reader: ByteReader): SignedVoteData {
  const data = readVoteData(reader)
  return { data, signature: reader.raw(SIGNATURE_BYTES, 'evidence.signature') }
}

const readSignedHash = (reader: ByteReader): SignedHash =>
  ({ hash: reader.hash('evidence.hash') as BlockHash, signature: reader.raw(SIGNATURE_BYTES, 'evidence.signature') })

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
