/**
 * Does this file prove that the anomaly was accepted by the network of that genesis file, and that the network's log
 * says so for all to see? Pure: no network, no clock, no file, nothing of the server's code. First every part is read,
 * then each is held against its neighbour by hashes, and only then are signatures looked at.
 */
import { checkAnomaly, readAnomaly, transactionBytes, transactionId } from './anomaly.js'
import { readHeader, readReceipts, type Header } from './block.js'
import { readBundle } from './bundle.js'
import { hexOf, isEqual } from './bytes.js'
import { checkCommitted, checkVotes, readCertificate } from './certificate.js'
import { checkSigners, readCheckpoint, type Witness } from './checkpoint.js'
import { demand, VerifyFault, type Part } from './fault.js'
import { readGenesis } from './genesis.js'
import { readLogEntry, treeEntryOf, type LogEntry } from './log-entry.js'
import { leafHash, rootOfPath } from './merkle.js'
import { PRIMITIVES, type Primitives } from './primitives.js'

/** What a good bundle proves. Times are RFC 3339. */
export type Proven = {
  readonly chainId: string
  readonly network: string
  readonly anomaly: {
    readonly id: string; readonly type: string; readonly source: string; readonly severity: number; readonly confidence: number; readonly detectedAt: string
    readonly modelVersion: string; readonly contentHash: string
    /** Under "v1" the producer signed time, nonce and payload, and not the other fields; a quorum accepted them all. */
    readonly scheme: 'v1' | 'v2'
  }
  /** `name` is null where genesis does not list the key: the chain let it in later, by a policy. */
  readonly producer: { readonly publicKey: string; readonly name: string | null }
  readonly block: { readonly height: number; readonly hash: string; readonly view: number; readonly at: string; readonly txIndex: number; readonly transactions: number }
  readonly commit: { readonly view: number; readonly signers: readonly string[]; readonly quorum: number; readonly validators: number }
  readonly log: { readonly position: number; readonly recordedAt: string; readonly recorder: string; readonly treeSize: number; readonly root: string; readonly witnesses: readonly Witness[] }
}

export type Verification =
  | { readonly ok: true; readonly proven: Proven }
  /** The sentence begins with the name of the part. */
  | { readonly ok: false; readonly part: Part; readonly sentence: string }

/**
 * @param file bytes of the bundle
 * @param genesis bytes of the genesis file, from a source that is trusted
 */
export function verifyBundle(file: Uint8Array, genesis: Uint8Array, primitives: Primitives = PRIMITIVES): Verification {
  try {
    return { ok: true, proven: prove(file, genesis, primitives) }
  } catch (error) {
    if (error instanceof VerifyFault) return { ok: false, part: error.part, sentence: error.message }
    throw error
  }
}

function prove(file: Uint8Array, genesis: Uint8Array, primitives: Primitives): Proven {
  const network = readGenesis(genesis, primitives)
  const { chainId, anomaly: { id, message }, transaction, block, commit, logEntry, audit } = readBundle(file)
  demand(chainId === network.chainId, 'chainId', `the bundle is of chain ${chainId}, genesis of ${network.chainId}`)

  const entry = readLogEntry(logEntry)
  const checkpoint = readCheckpoint(audit.checkpoint, network)
  const header = readHeader(block.header, 'block.header', network, primitives)
  const certificate = readCertificate(commit.certificate)
  const descendants = commit.headers.map((bytes) => readHeader(bytes, 'commit.headers', network, primitives))
  const anomaly = readAnomaly(message)

  // The tree: this entry of the log is in it.
  demand(entry.anomalyId === id || anomaly.id !== id, 'logEntry', `it is about the anomaly ${entry.anomalyId}, not ${id}`)
  const root = rootOfPath(leafHash(treeEntryOf(logEntry, entry, primitives), primitives), entry.position, checkpoint.size, audit.path, 'audit.path', primitives)
  demand(isEqual(root, checkpoint.root), 'audit.path', `it does not lead from logEntry at position ${entry.position} to the root of audit.checkpoint; one of the three was changed`)

  // The entry: it names this anomaly and this block.
  demand(anomaly.id === id && entry.anomalyId === id, 'anomaly', `the message is the anomaly ${anomaly.id}, the log says ${entry.anomalyId} and the bundle ${id}`)
  checkNamed(entry, header)

  // The block: this transaction is in it and took effect.
  const receipts = readReceipts(block.receipts, header, primitives)
  const txId = transactionId(message, primitives)
  demand(txId === entry.txId, 'anomaly', `the message is transaction ${txId}, the log names ${entry.txId}`)
  demand(transaction.index === entry.txIndex, 'transaction', `index ${transaction.index}, the log says ${entry.txIndex}`)
  const receipt = receipts[transaction.index]
  demand(receipt?.txId === txId, 'transaction', `the block has another transaction at index ${transaction.index}`)
  demand(receipt.code === 0, 'transaction', `the network refused it: its receipt has the code ${receipt.code}`)
  const txRoot = rootOfPath(leafHash(transactionBytes(message), primitives), transaction.index, receipts.length, transaction.path, 'transaction', primitives)
  demand(isEqual(txRoot, header.txRoot), 'transaction', 'its path does not lead from anomaly to the root of transactions that block.header carries')

  // Finality, and who says all this.
  checkCommitted(header, descendants, certificate)
  checkAnomaly(anomaly, message, primitives)
  const signers = checkVotes(certificate, network, primitives)
  const { recorder, witnesses } = checkSigners(checkpoint, audit.keys, network, primitives)

  const producer = hexOf(anomaly.pubkey)
  return {
    chainId, network: network.name,
    anomaly: {
      id, type: anomaly.type, source: anomaly.source, severity: anomaly.severity, confidence: anomaly.confidence, detectedAt: timeOf(anomaly.tsSeconds * 1000, 'anomaly'),
      modelVersion: anomaly.modelVersion, contentHash: hexOf(anomaly.contentHash), scheme: anomaly.scheme,
    },
    producer: { publicKey: producer, name: network.producers.find(({ publicKey }) => publicKey === producer)?.name ?? null },
    block: { height: header.height, hash: header.hash, view: header.view, at: timeOf(header.timestamp, 'block.header'), txIndex: transaction.index, transactions: receipts.length },
    commit: { view: certificate.view, signers, quorum: network.quorum, validators: network.validators.length },
    log: { position: entry.position, recordedAt: timeOf(entry.recordedAt, 'logEntry'), recorder, treeSize: checkpoint.size, root: hexOf(checkpoint.root), witnesses },
  }
}

/** The log's entry is in the tree by now, so where the two differ it is the block that is another one. */
function checkNamed(entry: LogEntry, { hash, height, view, timestamp }: Header): void {
  const part = 'block.header'
  demand(hash === entry.blockHash, part, `its hash is ${hash.slice(0, 16)}, logEntry names the block ${entry.blockHash.slice(0, 16)}`)
  demand(height === entry.height && view === entry.view && timestamp === entry.blockTimestamp, part, `height, view or time are not those of logEntry (height ${height}, logEntry ${entry.height})`)
}

/** The last second of the year 9999. */
const LAST_TIME = 253_402_300_799_999

function timeOf(millis: number, part: Part): string {
  demand(millis <= LAST_TIME, part, 'a time in it is none')
  return new Date(millis).toISOString()
}
