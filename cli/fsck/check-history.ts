/**
 * Is every block of the log one that a quorum committed, made of the bytes that the log holds, and does executing it
 * again from genesis give the state that its header promises? The state is kept in memory, as much as the newest one has.
 */
import { readHeader, type Block, type BlockHeader } from '../../domain/block.js'
import { ByteReader } from '../../domain/bytes.js'
import { decodeQc } from '../../domain/certificate.js'
import { executeBlock, genesisState } from '../../domain/execution/execute.js'
import { encodeTxReceipt } from '../../domain/execution/tx-receipt.js'
import type { Genesis } from '../../domain/genesis.js'
import { asHeight, type BlockHash, type StateRoot } from '../../domain/ids.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { createVerifiedCache } from '../../platform/crypto/verified-cache.js'
import { CHAIN_STREAM, type EventLog } from '../../eventlog/log.js'
import { bytesOf, isBlock, MissingBytesError, transactionsOf, type RecordedBlock } from '../../eventlog/proof/block-transactions.js'
import { receiptsIn } from '../../eventlog/proof/read-chain-proof.js'
import { recorderContext } from '../../eventlog/recorder/context.js'
import { verifyCertifiedBlock, type BlockFault } from '../../eventlog/recorder/verify-certified-block.js'
import { differ, same } from './difference.js'

export type History = {
  /** Blocks one after the other. Throws FoundDifference. */
  visit(block: RecordedBlock): Promise<void>
  readonly height: () => number
  /** By height, 0 is that of genesis. */
  readonly stateRoots: readonly StateRoot[]
  /** The same for blocks. */
  readonly blockHashes: readonly BlockHash[]
}

const EXPECTED: Readonly<Record<BlockFault, string>> = {
  'wrong-height': 'the height after the one before', 'wrong-chain': 'a block of this chain', 'wrong-parent': 'the child of the block before', 'wrong-hash': 'the hash of its header',
  'wrong-transactions': 'the transactions that its header binds', 'wrong-receipts': 'the receipts that its header binds', 'bad-justify': 'a certificate of its parent that verifies',
  'bad-certificate': 'a certificate that verifies', 'bad-commit-certificate': 'a commit certificate that verifies', 'not-committed': 'a commit certificate that names it or a descendant',
}

export function checkHistory(log: EventLog, genesis: Genesis): History {
  const context = recorderContext(genesis, createVerifiedCache(createVerifier(), 20_000))
  const start = genesisState(genesis)
  const nodes = new Map<string, Uint8Array>(start.puts)
  const stateRoots: StateRoot[] = [start.stateRoot]
  const blockHashes: BlockHash[] = [context.genesisHash]

  return {
    stateRoots,
    blockHashes,
    height: () => stateRoots.length - 1,
    async visit(recorded) {
      const { data } = recorded.event
      const height = asHeight(stateRoots.length)
      const where = `event log, position ${recorded.position}: block ${height}`
      same(`${where}, height`, height, data.height)
      const header = reading(where, 'header', () => headerIn(data.header))
      checkFields(where, recorded, header)
      const transactions = await transactionsOf(log, recorded).catch((error: unknown) => {
        if (error instanceof MissingBytesError) return differ(`${where}, transaction ${error.txIndex}`, `the bytes of ${data.transactions[error.txIndex]?.txId ?? 'it'}`, 'other bytes or none in the log')
        throw error
      })
      const block: Block = { header, hash: data.blockHash, justify: reading(where, 'justify', () => decodeQc(bytesOf(data.justify))), transactions }
      const commitCertificate = reading(where, 'commitCertificate', () => decodeQc(bytesOf(data.commitCertificate)))
      const certificate = reading(where, 'certificate', () => decodeQc(bytesOf(data.certificate)))
      const headers = await headersUpTo(log, height, commitCertificate.data.commit?.height ?? height)
      const receipts = receiptsIn(data)
      const check = verifyCertifiedBlock({ block, receipts, certificate, commitCertificate, headers }, { height, parentHash: blockHashes.at(-1) as BlockHash }, context)
      if (!check.ok) differ(where, EXPECTED[check.fault], check.fault)
      same(`${where}, certificateView`, certificate.data.view, data.certificateView)
      same(`${where}, certificateSigners`, certificate.signatures.map(({ index }) => context.set.validators[index]?.id).join(), data.certificateSigners.join())

      const { view, proposer, timestamp, failedLeaders } = header
      const result = executeBlock({
        genesis, nodes: { get: (hash) => nodes.get(hash) }, parentRoot: stateRoots.at(-1) as StateRoot, height, timestamp, turn: { view, proposer, failedLeaders, justify: block.justify }, transactions,
      })
      result.receipts.forEach((receipt, i) => same(`${where}, receipt of transaction ${i}`, hexOf(encodeTxReceipt(receipt)), hexOf(encodeTxReceipt(receipts[i] ?? receipt))))
      same(`${where}, state root after executing it from genesis`, result.stateRoot, header.stateRoot)
      for (const [hash, bytes] of result.changes.puts) nodes.set(hash, bytes)
      for (const hash of result.changes.deletes) nodes.delete(hash)
      stateRoots.push(result.stateRoot)
      blockHashes.push(block.hash)
    },
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What the event repeats from its header is what the header says. */
function checkFields(where: string, { event: { data } }: RecordedBlock, header: BlockHeader): void {
  for (const field of ['height', 'parentHash', 'epoch', 'view', 'stateRoot', 'txRoot', 'receiptsRoot', 'proposer', 'timestamp'] as const) same(`${where}, ${field}`, header[field], data[field])
  same(`${where}, failedLeaders`, header.failedLeaders.join(), (data.failedLeaders ?? []).join())
}

function headerIn(base64: string): BlockHeader {
  const reader = new ByteReader(bytesOf(base64))
  const header = readHeader(reader)
  reader.end('header')
  return header
}

async function headersUpTo(log: EventLog, height: number, to: number): Promise<BlockHeader[]> {
  const headers: BlockHeader[] = []
  if (to <= height) return headers
  for await (const recorded of log.readStream(CHAIN_STREAM, { from: height, limit: to - height })) {
    if (isBlock(recorded)) headers.push(reading(`event log, position ${recorded.position}`, 'header', () => headerIn(recorded.event.data.header)))
  }
  return headers
}

function reading<T>(where: string, field: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return differ(`${where}, ${field}`, 'bytes that can be read', (error as Error).message)
  }
}
