/**
 * Blocks. The hash binds the header, the header binds every transaction byte in order, the receipts, the state root
 * AFTER the block and the exact parent certificate: two validators with one block hash have one state.
 */
import { ByteReader, ByteWriter } from './bytes.js'
import { encodeQc, readQc, writeQc, type QuorumCertificate } from './certificate.js'
import { sha256Hex, taggedHash, tagBytes } from './hash.js'
import {
  asEpoch, asHeight, asMillis, asView, GENESIS_HEIGHT, GENESIS_VIEW, ZERO_HASH,
  type BlockHash, type ChainId, type Epoch, type Height, type Hex32, type StateRoot, type UnixMillis, type ValidatorId, type View,
} from './ids.js'
import { readTransaction, transactionsRoot, writeTransaction, type Transaction } from './transaction.js'
import { merkleRoot } from './merkle.js'
import { bytesToHex } from './bytes.js'

export type BlockHeader = {
  readonly chainId: ChainId
  readonly epoch: Epoch
  readonly view: View
  readonly height: Height
  readonly parentHash: BlockHash
  readonly txRoot: Hex32
  readonly receiptsRoot: Hex32
  /** State root after this block was executed. */
  readonly stateRoot: StateRoot
  readonly proposer: ValidatorId
  /** Never below the parent's. */
  readonly timestamp: UnixMillis
  /** SHA-256 of the encoded parent certificate. */
  readonly justifyHash: Hex32
  /** Leaders of the views between the parent's and this one, oldest first: each let its view pass without a block. */
  readonly failedLeaders: readonly ValidatorId[]
}

export type Block = {
  readonly header: BlockHeader
  readonly hash: BlockHash
  /** Certificate of the parent. */
  readonly justify: QuorumCertificate
  readonly transactions: readonly Transaction[]
}

const MAX_BLOCK_TXS = 500
/** Twice as many as a validator set can have. */
const MAX_FAILED_LEADERS = 512

export function writeHeader(writer: ByteWriter, header: BlockHeader): void {
  writer
    .hash(header.chainId).u64(header.epoch).u64(header.view).u64(header.height).hash(header.parentHash)
    .hash(header.txRoot).hash(header.receiptsRoot).hash(header.stateRoot).hash(header.proposer)
    .u64(header.timestamp).hash(header.justifyHash).u32(header.failedLeaders.length)
  for (const leader of header.failedLeaders) writer.hash(leader)
}

export function readHeader(reader: ByteReader): BlockHeader {
  return {
    chainId: reader.hash('block.chainId') as ChainId,
    epoch: asEpoch(reader.u64('block.epoch')),
    view: asView(reader.u64('block.view')),
    height: asHeight(reader.u64('block.height')),
    parentHash: reader.hash('block.parentHash') as BlockHash,
    txRoot: reader.hash('block.txRoot') as Hex32,
    receiptsRoot: reader.hash('block.receiptsRoot') as Hex32,
    stateRoot: reader.hash('block.stateRoot') as StateRoot,
    proposer: reader.hash('block.proposer') as ValidatorId,
    timestamp: asMillis(reader.u64('block.timestamp')),
    justifyHash: reader.hash('block.justifyHash') as Hex32,
    failedLeaders: Array.from({ length: reader.count(MAX_FAILED_LEADERS, 'block.failedLeaders') }, () => reader.hash('block.failedLeaders') as ValidatorId),
  }
}

export function headerHash(header: BlockHeader): BlockHash {
  const writer = new ByteWriter(384)
  writeHeader(writer, header)
  return taggedHash('cybermesh/block/v1', writer.finish()) as BlockHash
}

export const hashOfQc = (qc: QuorumCertificate): Hex32 => sha256Hex(encodeQc(qc)) as Hex32

/** Fields a proposer chooses; the roots are derived, so a block cannot disagree with its own content. */
export type BlockContent = Omit<BlockHeader, 'txRoot' | 'justifyHash'> & {
  readonly justify: QuorumCertificate
  readonly transactions: readonly Transaction[]
}

export function createBlock(content: BlockContent): Block {
  const { justify, transactions, ...rest } = content
  const header: BlockHeader = { ...rest, txRoot: transactionsRoot(transactions) as Hex32, justifyHash: hashOfQc(justify) }
  return { header, hash: headerHash(header), justify, transactions }
}

export function writeBlock(writer: ByteWriter, block: Block): void {
  writeHeader(writer, block.header)
  writeQc(writer, block.justify)
  writer.u32(block.transactions.length)
  for (const tx of block.transactions) writeTransaction(writer, tx)
}

/** Decodes a block; `isConsistent` says whether header and content agree. */
export function readBlock(reader: ByteReader): Block {
  const header = readHeader(reader)
  const justify = readQc(reader)
  const count = reader.count(MAX_BLOCK_TXS, 'block.transactions')
  const transactions = Array.from({ length: count }, () => readTransaction(reader))
  return { header, hash: headerHash(header), justify, transactions }
}

/** True when the header's roots are the roots of the content. A block object never changes, so it is looked at once. */
export function isConsistent(block: Block): boolean {
  const known = verdicts.get(block)
  if (known !== undefined) return known
  const verdict = compareRoots(block)
  verdicts.set(block, verdict)
  return verdict
}

const verdicts = new WeakMap<Block, boolean>()

function compareRoots(block: Block): boolean {
  return block.header.txRoot === transactionsRoot(block.transactions) && block.header.justifyHash === hashOfQc(block.justify)
}

/** The bytes are kept with the block: it is sent, written down before the vote, and stored when it is final. */
export function encodeBlock(block: Block): Uint8Array {
  const known = encodings.get(block)
  if (known !== undefined) return known
  const writer = new ByteWriter(1024 + block.transactions.reduce((sum, { bytes }) => sum + bytes.length + 8, 0))
  writeBlock(writer, block)
  const bytes = writer.finish()
  encodings.set(block, bytes)
  return bytes
}

const encodings = new WeakMap<Block, Uint8Array>()

export function decodeBlock(bytes: Uint8Array): Block {
  const reader = new ByteReader(bytes)
  const block = readBlock(reader)
  reader.end('block')
  return block
}

const PROPOSAL_TAG = tagBytes('cybermesh/proposal/v1')

/** What a proposer signs. */
export function proposalSignBytes(chainId: ChainId, epoch: Epoch, view: View, blockHash: BlockHash): Uint8Array {
  return new ByteWriter(128).raw(PROPOSAL_TAG).hash(chainId).u64(epoch).u64(view).hash(blockHash).finish()
}

const EMPTY_TREE = bytesToHex(merkleRoot([])) as Hex32

/** Block 0: agreed by construction, so its certificate needs no signatures. */
export function genesisBlock(chainId: ChainId, stateRoot: StateRoot): Block {
  const header: BlockHeader = {
    chainId, epoch: asEpoch(0), view: GENESIS_VIEW, height: GENESIS_HEIGHT, parentHash: ZERO_HASH as BlockHash,
    txRoot: EMPTY_TREE, receiptsRoot: EMPTY_TREE, stateRoot, proposer: ZERO_HASH as ValidatorId, timestamp: asMillis(0),
    justifyHash: ZERO_HASH as Hex32, failedLeaders: [],
  }
  const hash = headerHash(header)
  const data = { epoch: header.epoch, view: GENESIS_VIEW, height: GENESIS_HEIGHT, blockHash: hash, parentView: GENESIS_VIEW, commit: undefined }
  return { header, hash, justify: { data, signatures: [] }, transactions: [] }
}

/** The certificate of the genesis block, the root of every chain. */
export function genesisQc(genesis: Block): QuorumCertificate {
  return genesis.justify
}
