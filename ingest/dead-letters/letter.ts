/**
 * A dead letter on the wire: the refused message as it came, and in headers where it lay, why it was refused and who
 * says so. The same refusal always gives the same bytes, so a letter that is sent again is recognised.
 */
import { bytesToHex, ByteWriter, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { canonicalJson } from '../../domain/canonical-json.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { sha256Hex, tagBytes } from '../../domain/hash.js'
import type { AnomalyId, ChainId } from '../../domain/ids.js'
import type { Origin } from '../../domain/receipt.js'
import { REJECT_CODES, rejectCodeNumber, type RejectCode } from '../../domain/reject-codes.js'
import type { DeadLetter } from '../../eventlog/recorder/ports.js'
import { TOPICS, type OutgoingRecord, type TransportRecord } from '../transport/transport.js'
import { REASONS } from './reasons.js'

/** A letter as it was read. What it says is believed only where `isSigned`. */
export type ReceivedLetter = DeadLetter & {
  /** Its own place in the topic of dead letters; where there are copies, that of the first. */
  readonly place: Origin
  readonly isSigned: boolean
}

export type LetterRead =
  | { readonly kind: 'letter'; readonly letter: ReceivedLetter }
  | { readonly kind: 'unreadable'; readonly place: Origin; readonly header: string }

/** Whose word counts: the recorders of genesis. */
export type LetterTrust = { readonly chainId: ChainId; readonly recorders: ReadonlySet<string>; readonly verify: VerifySignature }

const TAG = tagBytes('cybermesh/dead-letter/v1')

export const originText = ({ topic, partition, offset }: Origin): string => `${topic}/${partition}/${offset}`

/** What a recorder signs: all of a letter, the message by its hash. */
export function letterSignBytes(chainId: ChainId, { origin, code, messageHash, anomalyId, at, key, headers }: DeadLetter): Uint8Array {
  return new ByteWriter(512).raw(TAG).hash(chainId)
    .text(origin.topic).u32(origin.partition).u64(origin.offset)
    .u8(rejectCodeNumber(code)).hash(messageHash).text(anomalyId ?? '').u64(at)
    .u8(key === undefined ? 0 : 1).hash(sha256Hex(key ?? new Uint8Array(0)))
    .hash(sha256Hex(utf8ToBytes(canonicalJson(headers ?? {}))))
    .finish()
}

/** The record's key is the place of the original. Without a signer the letter is not signed. */
export function letterRecord(letter: DeadLetter, by?: { readonly signer: Signer; readonly chainId: ChainId }, topic: string = TOPICS.deadLetters.name): OutgoingRecord {
  const { origin, code, bytes, messageHash, anomalyId, at, key, headers } = letter
  return {
    topic,
    key: utf8ToBytes(originText(origin)),
    value: bytes,
    headers: {
      original_topic: origin.topic,
      original_partition: String(origin.partition),
      original_offset: String(origin.offset),
      error: code,
      reason: REASONS[code].what,
      message_hash: messageHash,
      ...(anomalyId === undefined ? {} : { anomaly_id: anomalyId }),
      refused_at: String(at),
      ...(key === undefined ? {} : { original_key: Buffer.from(key).toString('base64') }),
      ...(headers === undefined || Object.keys(headers).length === 0 ? {} : { original_headers: canonicalJson(headers) }),
      ...(by === undefined ? {} : { signer: bytesToHex(by.signer.publicKey), signature: bytesToHex(by.signer.sign(letterSignBytes(by.chainId, letter))) }),
    },
  }
}

/** Reads a record of the topic of dead letters, which anyone may have written. */
export function readLetter(record: TransportRecord, trust: LetterTrust): LetterRead {
  const { topic, partition, offset, headers: own, value } = record
  const place = { topic, partition, offset }
  try {
    const code = REJECT_CODES.find((known) => known === own['error'])
    if (code === undefined) throw new HeaderError('error')
    const letter: DeadLetter = {
      origin: { topic: text(own, 'original_topic'), partition: whole(own, 'original_partition'), offset: whole(own, 'original_offset') },
      code, bytes: value,
      messageHash: matching(own, 'message_hash', /^[0-9a-f]{64}$/) as DeadLetter['messageHash'],
      ...(own['anomaly_id'] === undefined ? {} : { anomalyId: matching(own, 'anomaly_id', /^[0-9a-f-]{36}$/) as AnomalyId }),
      at: whole(own, 'refused_at') as DeadLetter['at'],
      ...(own['original_key'] === undefined ? {} : { key: new Uint8Array(Buffer.from(own['original_key'], 'base64')) }),
      headers: headersIn(own['original_headers']),
    }
    return { kind: 'letter', letter: { ...letter, place, isSigned: isSignedBy(letter, own, trust) } }
  } catch (error) {
    if (error instanceof HeaderError) return { kind: 'unreadable', place, header: error.header }
    throw error
  }
}

/** False where the log kept no bytes because there were too many, and where somebody changed them. */
export const holdsMessage = ({ bytes, messageHash }: Pick<DeadLetter, 'bytes' | 'messageHash'>): boolean => sha256Hex(bytes) === messageHash

function isSignedBy(letter: DeadLetter, own: TransportRecord['headers'], { chainId, recorders, verify }: LetterTrust): boolean {
  const { signer, signature } = own
  if (signer === undefined || signature === undefined || !recorders.has(signer) || !/^[0-9a-f]{128}$/.test(signature)) return false
  return verify(hexToBytes(signer), letterSignBytes(chainId, letter), hexToBytes(signature))
}

class HeaderError extends Error {
  constructor(readonly header: string) {
    super(`header ${header}`)
  }
}

type Headers = TransportRecord['headers']

function text(headers: Headers, name: string): string {
  const value = headers[name]
  if (value === undefined || value === '') throw new HeaderError(name)
  return value
}

function matching(headers: Headers, name: string, pattern: RegExp): string {
  const value = text(headers, name)
  if (!pattern.test(value)) throw new HeaderError(name)
  return value
}

function whole(headers: Headers, name: string): number {
  const value = Number(matching(headers, name, /^\d{1,16}$/))
  if (!Number.isSafeInteger(value)) throw new HeaderError(name)
  return value
}

function headersIn(json: string | undefined): Readonly<Record<string, string>> {
  if (json === undefined) return {}
  try {
    const parsed = JSON.parse(json) as unknown
    if (typeof parsed === 'object' && parsed !== null && Object.values(parsed).every((value) => typeof value === 'string')) return parsed as Record<string, string>
  } catch {
    // Named below.
  }
  throw new HeaderError('original_headers')
}

export const isRejectCode = (word: string): word is RejectCode => (REJECT_CODES as readonly string[]).includes(word)
