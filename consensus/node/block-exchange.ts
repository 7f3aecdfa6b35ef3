/** The two questions about blocks: a validator's «what leads to this block» and a follower's «what is final from here». */
import { decodeBlock, encodeBlock, type Block } from '../../domain/block.js'
import { ByteReader, ByteWriter } from '../../domain/bytes.js'
import { decodeQc, encodeQc } from '../../domain/certificate.js'
import { asHeight, type BlockHash, type Height } from '../../domain/ids.js'
import type { BlockStore, StoredBlock } from '../storage/block-store.js'
import { readReceipts, writeReceipts } from '../storage/receipts-codec.js'

export const BLOCKS_PROTOCOL = '/cybermesh/blocks/1'
export const CHAIN_PROTOCOL = '/cybermesh/chain/1'

const MAX_BLOCK_BYTES = 8 * 1024 * 1024
const MAX_QC_BYTES = 64 * 1024
const ANSWER_BYTES = 4 * 1024 * 1024
const ANSWER_BLOCKS = 64
/** What a reader takes; an answer may run past ANSWER_BLOCKS to the end of one commit. */
const MAX_ANSWER_BLOCKS = 4096

export const encodeBlocksRequest = (target: BlockHash, fromHeight: Height): Uint8Array => new ByteWriter(64).hash(target).u64(fromHeight).finish()

/** Answers with the ancestors of the target from `fromHeight` on, oldest first, as many as fit but at least two. */
export function answerBlocks(store: BlockStore, request: Uint8Array): Uint8Array {
  const reader = new ByteReader(request)
  const target = reader.hash('target') as BlockHash
  const fromHeight = asHeight(reader.u64('fromHeight'))
  reader.end('blocks request')
  return encodeBlocks(takeWhileFits(ancestors(store, target, fromHeight)))
}

function ancestors(store: BlockStore, target: BlockHash, fromHeight: Height): readonly Block[] {
  const path: Block[] = []
  // Uncommitted blocks are linked by hash; from the first final one down, heights are enough.
  let block = store.blockByHash(target)
  while (block !== undefined && block.header.height >= fromHeight && store.committedAt(block.header.height)?.block.hash !== block.hash) {
    path.push(block)
    block = store.blockByHash(block.header.parentHash)
  }
  const final: Block[] = []
  const last = block?.header.height ?? 0
  for (let height = fromHeight as number; height <= last && final.length < ANSWER_BLOCKS; height++) {
    const stored = store.committedAt(asHeight(height))
    if (stored === undefined) break
    final.push(stored.block)
  }
  return [...final, ...path.reverse()]
}

function takeWhileFits(blocks: readonly Block[]): readonly Uint8Array[] {
  const encoded: Uint8Array[] = []
  let sizeBytes = 0
  for (const block of blocks.slice(0, ANSWER_BLOCKS)) {
    const bytes = encodeBlock(block)
    sizeBytes += bytes.length
    // Two blocks are always sent: the second one's certificate is what lets the first be trusted.
    if (encoded.length >= 2 && sizeBytes > ANSWER_BYTES) break
    encoded.push(bytes)
  }
  return encoded
}

function encodeBlocks(blocks: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(4096).u32(blocks.length)
  for (const bytes of blocks) writer.blob(bytes)
  return writer.finish()
}

export function decodeBlocksAnswer(bytes: Uint8Array): readonly Block[] {
  const reader = new ByteReader(bytes)
  const blocks = Array.from({ length: reader.count(ANSWER_BLOCKS, 'blocks') }, () => decodeBlock(reader.blob(MAX_BLOCK_BYTES, 'block')))
  reader.end('blocks')
  return blocks
}

export const encodeChainRequest = (fromHeight: Height): Uint8Array => new ByteWriter(8).u64(fromHeight).finish()

/** Answers with final blocks from a height on, each with its receipts and certificates. */
export function answerChain(store: BlockStore, request: Uint8Array): Uint8Array {
  const reader = new ByteReader(request)
  const fromHeight = reader.u64('fromHeight')
  reader.end('chain request')
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  let provenTo = fromHeight
  // A block committed through a descendant is proved by the headers up to it: the answer never ends in between.
  for (let height = fromHeight; height <= provenTo || (parts.length < ANSWER_BLOCKS && sizeBytes < ANSWER_BYTES); height++) {
    const stored = store.committedAt(asHeight(height))
    if (stored === undefined) break
    provenTo = stored.commitCertificate.data.commit?.height ?? height
    const part = encodeStored(stored)
    parts.push(part)
    sizeBytes += part.length
  }
  return encodeBlocks(parts)
}

function encodeStored({ block, receipts, certificate, commitCertificate }: StoredBlock): Uint8Array {
  const writer = new ByteWriter(4096).blob(encodeBlock(block))
  writeReceipts(writer, receipts)
  return writer.blob(encodeQc(certificate)).blob(encodeQc(commitCertificate)).finish()
}

export const encodeStoredBlocks = (stored: readonly StoredBlock[]): Uint8Array => encodeBlocks(stored.map(encodeStored))

export function decodeStoredBlocks(bytes: Uint8Array): readonly StoredBlock[] {
  const reader = new ByteReader(bytes)
  const stored = Array.from({ length: reader.count(MAX_ANSWER_BLOCKS, 'blocks') }, () => decodeStored(reader.blob(2 * MAX_BLOCK_BYTES, 'stored block')))
  reader.end('chain answer')
  return stored
}

function decodeStored(bytes: Uint8Array): StoredBlock {
  const reader = new ByteReader(bytes)
  const block = decodeBlock(reader.blob(MAX_BLOCK_BYTES, 'block'))
  const receipts = readReceipts(reader)
  const certificate = decodeQc(reader.blob(MAX_QC_BYTES, 'certificate'))
  const commitCertificate = decodeQc(reader.blob(MAX_QC_BYTES, 'commitCertificate'))
  reader.end('stored block')
  return { block, receipts, certificate, commitCertificate }
}
