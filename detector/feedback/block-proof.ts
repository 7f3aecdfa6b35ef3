/**
 * What makes a commit notice more than its sender's word: the block's header, the receipts of its transactions, and a
 * certificate of a quorum that commits the block or a descendant. Everything is checked against genesis.
 */
import { headerHash, readHeader, type BlockHeader } from '../../domain/block.js'
import { ByteReader, DecodeError } from '../../domain/bytes.js'
import { decodeQc, type QuorumCertificate } from '../../domain/certificate.js'
import { decodeTxReceipts, receiptsRootOf } from '../../domain/execution/tx-receipt.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import { InvalidValueError } from '../../domain/ids.js'
import type { CommitDraft } from '../../domain/message/commit-event.js'
import { PROOF_HEADERS } from '../../ingest/publisher/commit-notice.js'

export type BlockProof = { readonly header: BlockHeader; readonly certificate: QuorumCertificate; readonly receipts: readonly TxReceipt[] }

export type ProofFault = 'missing' | 'unreadable' | 'wrong-chain' | 'wrong-block' | 'wrong-receipts' | 'bad-certificate' | 'not-committed'

export type ProofRead = { readonly ok: true; readonly proof: BlockProof } | { readonly ok: false; readonly fault: ProofFault }

/** Most text of one header: 500 receipts of 33 bytes, or a header with as many failed leaders as it can name. */
const MAX_TEXT = 64 * 1024

/** The header and receipts that belong to the notice. Its certificate has still to be verified. */
export function readProof(notice: CommitDraft, headers: Readonly<Record<string, string>>, set: ValidatorSet): ProofRead {
  const fault = (name: ProofFault): ProofRead => ({ ok: false, fault: name })
  const texts = [headers[PROOF_HEADERS.header], headers[PROOF_HEADERS.certificate], headers[PROOF_HEADERS.receipts]]
  if (texts.some((text) => text === undefined)) return fault('missing')
  if (texts.some((text) => (text as string).length > MAX_TEXT)) return fault('unreadable')
  const proof = decodeProof(texts as [string, string, string])
  if (proof === undefined) return fault('unreadable')
  const { header, receipts } = proof
  if (header.chainId !== set.chainId || header.epoch !== set.epoch) return fault('wrong-chain')
  const isItsBlock = headerHash(header) === notice.blockHash && header.height === notice.height && header.stateRoot === notice.stateRoot
    && Math.floor(header.timestamp / 1000) === notice.timestampSeconds
  if (!isItsBlock) return fault('wrong-block')
  if (receipts.length !== notice.txCount || receiptsRootOf(receipts) !== header.receiptsRoot) return fault('wrong-receipts')
  return { ok: true, proof }
}

function decodeProof([header, certificate, receipts]: readonly [string, string, string]): BlockProof | undefined {
  try {
    const reader = new ByteReader(bytesOf(header))
    const read = readHeader(reader)
    reader.end('header')
    return { header: read, certificate: decodeQc(bytesOf(certificate)), receipts: decodeTxReceipts(bytesOf(receipts)) }
  } catch (error) {
    if (error instanceof DecodeError || error instanceof InvalidValueError) return undefined
    throw error
  }
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
