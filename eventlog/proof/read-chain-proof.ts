/** Reads from the log what proves that an anomaly was accepted. Nothing is checked here: the verifier does that. */
import type { ChainProof } from '../../audit/proof/bundle.js'
import { concatBytes } from '../../domain/bytes.js'
import { decodeQc } from '../../domain/certificate.js'
import type { EventData } from '../../domain/events/schema.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import { encodeTxReceipt } from '../../domain/execution/tx-receipt.js'
import type { AnomalyId, ChainId, Height, Position } from '../../domain/ids.js'
import { pathOfLeafHash } from '../../domain/merkle.js'
import { leafOfTransaction } from '../../domain/transaction.js'
import { entriesOf } from '../entries.js'
import { anomalyStream, CHAIN_STREAM, type EventLog } from '../log.js'
import { bytesOf, isBlock, transactionsOf, type RecordedBlock } from './block-transactions.js'

export type ChainProofRead =
  | { readonly kind: 'found'; readonly proof: ChainProof; /** Of the log's entry. */ readonly position: Position }
  /** Nothing was ever published under this id. */
  | { readonly kind: 'unknown' }
  /** Type of the anomaly's last event. */
  | { readonly kind: 'not-committed'; readonly last: string }
  /** The certificate that commits the block names a later one, which the log does not have yet. */
  | { readonly kind: 'chain-behind'; readonly height: Height }

/** Throws MissingBytesError where an older version recorded the block. */
export async function readChainProof(log: EventLog, chainId: ChainId, id: AnomalyId): Promise<ChainProofRead> {
  let last: string | undefined
  let committed: { readonly position: Position; readonly data: EventData<'AnomalyCommitted'> } | undefined
  for await (const { event, position } of log.readStream(anomalyStream(id))) {
    last = event.type
    if (event.type === 'AnomalyCommitted') committed = { position, data: event.data }
  }
  if (last === undefined) return { kind: 'unknown' }
  if (committed === undefined) return { kind: 'not-committed', last }

  const { position, data: { placement: { height, txIndex } } } = committed
  const block = await blockAt(log, height)
  if (block === undefined) return { kind: 'chain-behind', height }
  const { header, commitCertificate } = block.event.data
  const certificate = bytesOf(commitCertificate)
  const names = decodeQc(certificate).data.commit?.height ?? height
  const headers: Uint8Array[] = []
  for (let at = height + 1; at <= names; at++) {
    const next = await blockAt(log, at)
    if (next === undefined) return { kind: 'chain-behind', height: names }
    headers.push(bytesOf(next.event.data.header))
  }
  const transactions = await transactionsOf(log, block)
  const [entry] = await entriesOf(log).readEntries({ from: position, limit: 1 })
  return {
    kind: 'found', position,
    proof: {
      chainId,
      anomaly: { id, message: (transactions[txIndex] as { bytes: Uint8Array }).bytes },
      transaction: { index: txIndex, path: pathOfLeafHash(transactions.map(leafOfTransaction), txIndex) },
      block: { header: bytesOf(header), receipts: concatBytes(...receiptsIn(block.event.data).map(encodeTxReceipt)) },
      commit: { certificate, headers },
      logEntry: (entry as { bytes: Uint8Array }).bytes,
    },
  }
}

async function blockAt(log: EventLog, height: number): Promise<RecordedBlock | undefined> {
  for await (const recorded of log.readStream(CHAIN_STREAM, { from: height - 1, limit: 1 })) if (isBlock(recorded)) return recorded
  return undefined
}

export const receiptsIn = ({ transactions }: EventData<'BlockCommitted'>): readonly TxReceipt[] =>
  transactions.map(({ txId, code }) => (code === null ? { txId, status: 'success' } : { txId, status: 'failed', code }))
