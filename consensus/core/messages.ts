/** What validators say to each other, and the one way each message is written as bytes. */
import { ByteReader, ByteWriter, DecodeError } from '../../domain/bytes.js'
import { readBlock, writeBlock, type Block } from '../../domain/block.js'
import {
  readQc, readTc, readVoteData, writeQc, writeTc, writeVoteData,
  type QuorumCertificate, type Timeout, type TimeoutCertificate, type Vote,
} from '../../domain/certificate.js'
import { SIGNATURE_BYTES } from '../../domain/crypto.js'
import { asEpoch, asHeight, asView, type Height, type ValidatorId } from '../../domain/ids.js'

export type Proposal = {
  readonly block: Block
  /** Present iff the parent's view + 1 != the block's view: why this view was entered without its predecessor's QC. */
  readonly lastTc: TimeoutCertificate | undefined
  /** By the proposer over proposalSignBytes. */
  readonly signature: Uint8Array
}

/** Where a node stands; sent on connect, and back to whoever shows less. */
export type SyncInfo = {
  readonly highQc: QuorumCertificate
  readonly highTc: TimeoutCertificate | undefined
  readonly committedHeight: Height
  /** The newest vote and timeout of the receiver that the sender holds: one that does not remember them must stop. */
  readonly yourVote?: Vote | undefined
  readonly yourTimeout?: TimeoutMark | undefined
  /** Asks for the same in return. */
  readonly isQuestion?: boolean
}

/** As much of a timeout as its signature covers. */
export type TimeoutMark = Pick<Timeout, 'view' | 'highQcView' | 'signature'>

export type PeerMessage =
  | { readonly type: 'vote'; readonly vote: Vote }
  | { readonly type: 'timeout'; readonly timeout: Timeout }
  | { readonly type: 'timeout-certificate'; readonly tc: TimeoutCertificate }
  | { readonly type: 'proposal'; readonly proposal: Proposal }
  | { readonly type: 'sync-info'; readonly info: SyncInfo }

const MESSAGE_TAGS = ['vote', 'timeout', 'timeout-certificate', 'proposal', 'sync-info'] as const

export function encodeMessage(message: PeerMessage): Uint8Array {
  const writer = new ByteWriter(1024).u8(MESSAGE_TAGS.indexOf(message.type))
  switch (message.type) {
    case 'vote':
      writeVote(writer, message.vote)
      break
    case 'timeout':
      writeTimeout(writer, message.timeout)
      break
    case 'timeout-certificate':
      writeTc(writer, message.tc)
      break
    case 'proposal':
      writeBlock(writer, message.proposal.block)
      writeOptionalTc(writer, message.proposal.lastTc)
      writer.raw(message.proposal.signature)
      break
    case 'sync-info':
      writeQc(writer, message.info.highQc)
      writeOptionalTc(writer, message.info.highTc)
      writer.u64(message.info.committedHeight)
      writeYours(writer, message.info)
      break
  }
  return writer.finish()
}

/** Throws DecodeError naming the field; never returns a message that has a second encoding. */
export function decodeMessage(bytes: Uint8Array): PeerMessage {
  const reader = new ByteReader(bytes)
  const message = readMessage(reader)
  reader.end('message')
  return message
}

function readMessage(reader: ByteReader): PeerMessage {
  const type = MESSAGE_TAGS[reader.u8('message.type')]
  switch (type) {
    case 'vote':
      return { type, vote: readVote(reader) }
    case 'timeout':
      return { type, timeout: readTimeout(reader) }
    case 'timeout-certificate':
      return { type, tc: readTc(reader) }
    case 'proposal': {
      const block = readBlock(reader)
      const lastTc = readOptionalTc(reader)
      return { type, proposal: { block, lastTc, signature: reader.raw(SIGNATURE_BYTES, 'proposal.signature') } }
    }
    case 'sync-info': {
      const highQc = readQc(reader)
      const highTc = readOptionalTc(reader)
      const committedHeight = asHeight(reader.u64('syncInfo.committedHeight'))
      return { type, info: { highQc, highTc, committedHeight, ...readYours(reader) } }
    }
    default:
      throw new DecodeError('message.type', 'unknown')
  }
}

function writeVote(writer: ByteWriter, { data, voter, signature }: Vote): void {
  writeVoteData(writer, data)
  writer.hash(voter).raw(signature)
}

function readVote(reader: ByteReader): Vote {
  const data = readVoteData(reader)
  const voter = reader.hash('vote.voter') as ValidatorId
  return { data, voter, signature: reader.raw(SIGNATURE_BYTES, 'vote.signature') }
}

/** What of the receiver the sender holds, and whether it asks the same: one flag each, then what is there. */
function writeYours(writer: ByteWriter, { yourVote, yourTimeout, isQuestion }: SyncInfo): void {
  writer.u8(yourVote === undefined ? 0 : 1)
  if (yourVote !== undefined) writeVote(writer, yourVote)
  writer.u8(yourTimeout === undefined ? 0 : 1)
  if (yourTimeout !== undefined) writer.u64(yourTimeout.view).u64(yourTimeout.highQcView).raw(yourTimeout.signature)
  writer.u8(isQuestion === true ? 1 : 0)
}

function readYours(reader: ByteReader): Pick<SyncInfo, 'yourVote' | 'yourTimeout' | 'isQuestion'> {
  const yourVote = readFlag(reader, 'syncInfo.yourVote') ? readVote(reader) : undefined
  const yourTimeout = readFlag(reader, 'syncInfo.yourTimeout') ? readMark(reader) : undefined
  return { yourVote, yourTimeout, isQuestion: readFlag(reader, 'syncInfo.isQuestion') }
}

function readMark(reader: ByteReader): TimeoutMark {
  const view = asView(reader.u64('timeout.view'))
  const highQcView = asView(reader.u64('timeout.highQcView'))
  return { view, highQcView, signature: reader.raw(SIGNATURE_BYTES, 'timeout.signature') }
}

function readFlag(reader: ByteReader, field: string): boolean {
  const flag = reader.u8(field)
  if (flag > 1) throw new DecodeError(field, 'neither 0 nor 1')
  return flag === 1
}

function writeTimeout(writer: ByteWriter, timeout: Timeout): void {
  writer.u64(timeout.epoch).u64(timeout.view).u64(timeout.highQcView).hash(timeout.sender).raw(timeout.signature)
  writeQc(writer, timeout.highQc)
  writeOptionalTc(writer, timeout.lastTc)
}

function readTimeout(reader: ByteReader): Timeout {
  const epoch = asEpoch(reader.u64('timeout.epoch'))
  const view = asView(reader.u64('timeout.view'))
  const highQcView = asView(reader.u64('timeout.highQcView'))
  const sender = reader.hash('timeout.sender') as ValidatorId
  const signature = reader.raw(SIGNATURE_BYTES, 'timeout.signature')
  return { epoch, view, highQcView, sender, signature, highQc: readQc(reader), lastTc: readOptionalTc(reader) }
}

export function writeOptionalTc(writer: ByteWriter, tc: TimeoutCertificate | undefined): void {
  writer.u8(tc === undefined ? 0 : 1)
  if (tc !== undefined) writeTc(writer, tc)
}

export function readOptionalTc(reader: ByteReader): TimeoutCertificate | undefined {
  return readFlag(reader, 'tc.present') ? readTc(reader) : undefined
}
