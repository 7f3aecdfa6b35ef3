/**
 * A proposal that names its transactions instead of repeating them: validators have most of them in their pools. The
 * header binds every transaction as ever, so whatever the receiver puts in their places, the core checks it against
 * the header; this form only saves bytes.
 */
import { headerHash, readHeader, writeHeader, type Block, type BlockHeader } from '../../domain/block.js'
import { ByteReader, ByteWriter } from '../../domain/bytes.js'
import { readQc, writeQc, type QuorumCertificate, type TimeoutCertificate } from '../../domain/certificate.js'
import { SIGNATURE_BYTES } from '../../domain/crypto.js'
import type { BlockHash, TxId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { readOptionalTc, writeOptionalTc, type Proposal } from '../core/messages.js'

export type CompactProposal = {
  readonly header: BlockHeader
  readonly hash: BlockHash
  readonly justify: QuorumCertificate
  readonly txIds: readonly TxId[]
  readonly lastTc: TimeoutCertificate | undefined
  readonly signature: Uint8Array
}

/** First byte of the message; those of whole messages count up from zero. */
const COMPACT_TAG = 0x80
const MAX_TXS = 500
/** Below both a proposal is sent whole: asking for one missing transaction costs more than all of them. */
const WHOLE_BELOW_TXS = 20
const WHOLE_BELOW_BYTES = 20_000

export function isWorthCompacting({ transactions }: Block): boolean {
  if (transactions.length === 0) return false
  return transactions.length >= WHOLE_BELOW_TXS || transactions.reduce((sum, { bytes }) => sum + bytes.length, 0) >= WHOLE_BELOW_BYTES
}

export const isCompactProposal = (message: Uint8Array): boolean => message[0] === COMPACT_TAG

export function encodeCompactProposal({ block, lastTc, signature }: Proposal): Uint8Array {
  const writer = new ByteWriter(1024 + block.transactions.length * 32).u8(COMPACT_TAG)
  writeHeader(writer, block.header)
  writeQc(writer, block.justify)
  writer.u32(block.transactions.length)
  for (const { id } of block.transactions) writer.hash(id)
  writeOptionalTc(writer, lastTc)
  return writer.raw(signature).finish()
}

/** Throws DecodeError naming the field. */
export function decodeCompactProposal(bytes: Uint8Array): CompactProposal {
  const reader = new ByteReader(bytes)
  reader.u8('compact.tag')
  const header = readHeader(reader)
  const justify = readQc(reader)
  const txIds = Array.from({ length: reader.count(MAX_TXS, 'compact.transactions') }, () => reader.hash('compact.txId') as TxId)
  const lastTc = readOptionalTc(reader)
  const signature = reader.raw(SIGNATURE_BYTES, 'compact.signature')
  reader.end('compact proposal')
  return { header, hash: headerHash(header), justify, txIds, lastTc, signature }
}

/** The transactions in block order, with holes where none was found. */
export const findTransactions = ({ txIds }: CompactProposal, find: (id: TxId) => Transaction | undefined): readonly (Transaction | undefined)[] => txIds.map(find)

export function completeProposal({ header, hash, justify, lastTc, signature }: CompactProposal, transactions: readonly Transaction[]): Proposal {
  return { block: { header, hash, justify, transactions }, lastTc, signature }
}
