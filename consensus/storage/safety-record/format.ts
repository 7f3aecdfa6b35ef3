/**
 * The safety record as bytes: length u32 | CRC-32 u32 | sequence u64 | chain id | public key | fields. The key and the
 * chain stand in every record, so a file can never be used with another validator's key or on another network.
 */
import { crc32 } from 'node:zlib'
import { bytesToHex, ByteReader, ByteWriter, DecodeError, hexToBytes } from '../../../domain/bytes.js'
import { readQc, readTc, readVoteData, writeQc, writeTc, writeVoteData } from '../../../domain/certificate.js'
import { SIGNATURE_BYTES } from '../../../domain/crypto.js'
import { asEpoch, asView, type ChainId, type ValidatorId } from '../../../domain/ids.js'
import { isReserve } from '../../../platform/append-file.js'
import type { SafetyRecord } from '../../core/safety-rules.js'

/** Whose memory this is. */
export type SafetyIdentity = { readonly chainId: ChainId; readonly publicKey: Uint8Array }

export type SafetyEntry = { readonly sequence: number; readonly chainId: ChainId; readonly publicKey: string; readonly record: SafetyRecord }

const HEADER_BYTES = 8
/** A record with certificates of 255 signers stays far below this. */
const MAX_BODY_BYTES = 256 * 1024

export function encodeEntry(sequence: number, identity: SafetyIdentity, record: SafetyRecord): Uint8Array {
  const body = new ByteWriter(1024).u64(sequence).hash(identity.chainId).raw(identity.publicKey)
  body.u64(record.epoch).u64(record.lastVotedView).u64(record.lockView).u64(record.lastProposedView)
  body.u8(record.lastVote === undefined ? 0 : 1)
  if (record.lastVote !== undefined) {
    writeVoteData(body, record.lastVote.data)
    body.hash(record.lastVote.voter).raw(record.lastVote.signature)
  }
  writeQc(body, record.highQc)
  body.u8(record.highTc === undefined ? 0 : 1)
  if (record.highTc !== undefined) writeTc(body, record.highTc)
  const bytes = body.finish()
  return new ByteWriter(bytes.length + HEADER_BYTES).u32(bytes.length).u32(crc32(bytes)).raw(bytes).finish()
}

export type ReadOutcome =
  | { readonly kind: 'entry'; readonly entry: SafetyEntry; readonly end: number }
  | { readonly kind: 'end' }
  /** A write that power cut short: damaged, and nothing whole comes after it. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'corrupt'; readonly reason: string }

/**
 * Reads the entry at `offset`. A broken entry is torn only where nothing follows it: each write was on disk before the
 * next began, so anything whole behind a broken entry means that the entry was good once and must not be cut off.
 */
export function readEntry(file: Uint8Array, offset: number): ReadOutcome {
  if (isReserve(file, offset)) return { kind: 'end' }
  const entry = parseEntry(file, offset)
  if (entry.kind !== 'torn' || !holdsEntry(file, offset + 1)) return entry
  return { kind: 'corrupt', reason: 'whole entries follow a broken one' }
}

function parseEntry(file: Uint8Array, offset: number): Exclude<ReadOutcome, { kind: 'end' }> {
  if (file.length - offset < HEADER_BYTES) return { kind: 'torn' }
  const header = new ByteReader(file.subarray(offset, offset + HEADER_BYTES))
  const length = header.u32('length')
  const checksum = header.u32('checksum')
  if (length === 0) return { kind: 'torn' }
  if (length > MAX_BODY_BYTES) return { kind: 'corrupt', reason: `length ${length}` }
  const end = offset + HEADER_BYTES + length
  if (end > file.length) return { kind: 'torn' }
  const body = file.subarray(offset + HEADER_BYTES, end)
  if (crc32(body) !== checksum) return isReserve(file, end) ? { kind: 'torn' } : { kind: 'corrupt', reason: 'checksum differs' }
  try {
    return { kind: 'entry', entry: readBody(body), end }
  } catch (error) {
    if (error instanceof DecodeError) return { kind: 'corrupt', reason: error.message }
    throw error
  }
}

/** Whether a whole entry starts anywhere from `offset` on. */
function holdsEntry(file: Uint8Array, offset: number): boolean {
  for (let at = offset; at + HEADER_BYTES < file.length; at++) if (parseEntry(file, at).kind === 'entry') return true
  return false
}

function readBody(bytes: Uint8Array): SafetyEntry {
  const reader = new ByteReader(bytes)
  const sequence = reader.u64('sequence')
  const chainId = reader.hash('chainId') as ChainId
  const publicKey = reader.hash('publicKey')
  const epoch = asEpoch(reader.u64('epoch'))
  const lastVotedView = asView(reader.u64('lastVotedView'))
  const lockView = asView(reader.u64('lockView'))
  const lastProposedView = asView(reader.u64('lastProposedView'))
  const lastVote = reader.u8('lastVote.present') === 1
    ? { data: readVoteData(reader), voter: reader.hash('lastVote.voter') as ValidatorId, signature: reader.raw(SIGNATURE_BYTES, 'lastVote.signature') }
    : undefined
  const highQc = readQc(reader)
  const highTc = reader.u8('highTc.present') === 1 ? readTc(reader) : undefined
  reader.end('safety record')
  return { sequence, chainId, publicKey, record: { epoch, lastVotedView, lockView, lastVote, lastProposedView, highQc, highTc } }
}

export const isFor = (entry: SafetyEntry, identity: SafetyIdentity): boolean =>
  entry.chainId === identity.chainId && entry.publicKey === bytesToHex(identity.publicKey)

export const publicKeyOf = (entry: SafetyEntry): Uint8Array => hexToBytes(entry.publicKey)
