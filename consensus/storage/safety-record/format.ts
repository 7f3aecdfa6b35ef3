/**
 * The safety record as bytes: 0x53 | length u32 | length inverted u32 | CRC-32 u32 | sequence u64 | chain id |
 * public key | fields | 0xE5. The key and the chain stand in every entry, so a file can never be used with another
 * validator's key or on another network. The first and last byte and the doubled length are there for one question: is
 * a broken entry at the end of the file a write that power cut short, on which nothing was ever sent, or a vote that
 * left and whose record was damaged since?
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

const FIRST_BYTE = 0x53
const LAST_BYTE = 0xe5
const HEADER_BYTES = 13
/** A record with certificates of 255 signers stays far below this. */
const MAX_BODY_BYTES = 256 * 1024
/** The least that a disk writes as a whole. */
const SECTOR_BYTES = 512

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
  return new ByteWriter(bytes.length + HEADER_BYTES + 1)
    .u8(FIRST_BYTE).u32(bytes.length).u32(inverted(bytes.length)).u32(crc32(bytes)).raw(bytes).u8(LAST_BYTE).finish()
}

const inverted = (length: number): number => ~length >>> 0

export type ReadOutcome =
  | { readonly kind: 'entry'; readonly entry: SafetyEntry; readonly end: number }
  | { readonly kind: 'end' }
  /** A write that power cut short: part of it never reached the disk, and nothing whole comes after it. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'corrupt'; readonly reason: string }

/**
 * Reads the entry at `offset`. A broken entry is torn only where part of it is missing and nothing follows it: each
 * write was on disk before the next began, so anything whole behind a broken entry means that it was good once. The
 * same holds for an entry of which every sector is there: its bytes changed after they were written.
 */
export function readEntry(file: Uint8Array, offset: number): ReadOutcome {
  if (isReserve(file, offset)) return { kind: 'end' }
  const parsed = parseEntry(file, offset)
  if (parsed.kind !== 'broken') return parsed
  if (holdsEntry(file, offset + 1)) return { kind: 'corrupt', reason: `${parsed.reason}, and whole entries follow` }
  return isCutShort(file, offset, parsed.end) ? { kind: 'torn' } : { kind: 'corrupt', reason: parsed.reason }
}

/** `end` is where the entry should end, as far as its header can be believed. */
type Parsed = Exclude<ReadOutcome, { kind: 'end' | 'torn' }> | { readonly kind: 'broken'; readonly reason: string; readonly end: number | undefined }

function parseEntry(file: Uint8Array, offset: number): Parsed {
  const header = new ByteReader(file.subarray(offset, offset + HEADER_BYTES))
  if (file.length - offset < HEADER_BYTES) return { kind: 'broken', reason: 'no whole header', end: undefined }
  const first = header.u8('firstByte')
  const length = header.u32('length')
  if (first !== FIRST_BYTE || header.u32('inverted length') !== inverted(length)) return { kind: 'broken', reason: 'no header of an entry', end: undefined }
  if (length === 0 || length > MAX_BODY_BYTES) return { kind: 'corrupt', reason: `length ${length}` }
  const checksum = header.u32('checksum')
  const end = offset + HEADER_BYTES + length + 1
  const body = file.subarray(offset + HEADER_BYTES, end - 1)
  if (file[end - 1] !== LAST_BYTE || crc32(body) !== checksum) return { kind: 'broken', reason: 'checksum differs', end }
  try {
    return { kind: 'entry', entry: readBody(body), end }
  } catch (error) {
    if (error instanceof DecodeError) return { kind: 'corrupt', reason: error.message }
    throw error
  }
}

/** Whether a whole entry starts anywhere from `offset` on. */
function holdsEntry(file: Uint8Array, offset: number): boolean {
  for (let at = file.indexOf(FIRST_BYTE, offset); at !== -1; at = file.indexOf(FIRST_BYTE, at + 1)) {
    if (parseEntry(file, at).kind === 'entry') return true
  }
  return false
}

/**
 * Whether part of the entry never reached the disk: its end is still the zeros that were there before, or one of its
 * sectors is, for a disk may write them in any order. No part of a whole entry that fills a sector is all zeros.
 */
function isCutShort(file: Uint8Array, offset: number, end: number | undefined): boolean {
  if (end === undefined ? isReserve(file, offset + HEADER_BYTES) : (file[end - 1] ?? 0) === 0) return true
  const last = end ?? dataEnd(file)
  for (let at = offset; at < last;) {
    const sectorEnd = Math.min(last, at - (at % SECTOR_BYTES) + SECTOR_BYTES)
    if (isReserve(file.subarray(at, sectorEnd), 0)) return true
    at = sectorEnd
  }
  return false
}

function dataEnd(file: Uint8Array): number {
  let end = file.length
  while (end > 0 && file[end - 1] === 0) end -= 1
  return end
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
