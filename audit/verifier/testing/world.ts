/**
 * A little network with a real chain, a real recorder and a real event log, and the bundles of what it accepted. Block 1
 * is committed by a certificate that names its child, since a view without a block came between; the others by their own.
 */
import { writeHeader } from '../../../domain/block.js'
import { ByteWriter, utf8ToBytes } from '../../../domain/bytes.js'
import { encodeQc } from '../../../domain/certificate.js'
import type { TxReceipt } from '../../../domain/execution/types.js'
import { encodeTxReceipt } from '../../../domain/execution/tx-receipt.js'
import type { Transaction } from '../../../domain/transaction.js'
import type { CertifiedBlock } from '../../../eventlog/recorder/ports.js'
import { canonicalJsonBytes, type Json } from '../../../domain/canonical-json.js'
import { sha256, sha256Hex } from '../../../domain/hash.js'
import { asPosition, type AnomalyId } from '../../../domain/ids.js'
import { leafHash, pathOfLeafHash, rootOfLeafHashes } from '../../../domain/merkle.js'
import { entriesOf } from '../../../eventlog/entries.js'
import { readChainProof } from '../../../eventlog/proof/read-chain-proof.js'
import { createTestChain } from '../../../eventlog/recorder/testing/chain.js'
import { createHarness } from '../../../eventlog/recorder/testing/harness.js'
import { signerOf, testId } from '../../../eventlog/recorder/testing/network.js'
import { until } from '../../../ingest/testing/until.js'
import { formatBundle, type ChainProof, type TreeProof } from '../../proof/bundle.js'
import { signCheckpoint, type Identity } from './sign-checkpoint.js'

export type Lie = { readonly chain: ChainProof; readonly tree: TreeProof }

export type World = {
  /** The genesis file, as people have it: indented. */
  readonly genesis: Uint8Array
  readonly chainId: string
  readonly ids: { readonly first: AnomalyId; readonly second: AnomalyId; readonly v1: AnomalyId; readonly last: AnomalyId }
  chainProof(id: AnomalyId): Promise<ChainProof>
  /** Entries of the log that the tree has, and who cosigns: validators 0 to 3 where nothing else is said. */
  treeProof(position: number, options?: { readonly size?: number; readonly witnesses?: readonly number[] }): TreeProof
  bundle(id: AnomalyId): Promise<Uint8Array>
  /** What a recorder that lies would make of blocks that carry no accepted anomaly. */
  readonly lies: {
    /** A second message with the first one's id, which block 2 carries as refused. */
    readonly refused: Lie
    /** A message that nobody signed, in block 4: a quorum of liars let it pass. */
    readonly unsigned: Lie
  }
  readonly entries: readonly Uint8Array[]
  /** A good entry of the log with other values in it, alone in a tree that everybody signed. */
  forged(logEntry: Uint8Array, change: (entry: { data: { placement: Record<string, unknown> } & Record<string, unknown> } & Record<string, unknown>) => void): Pick<Lie, 'tree'> & { readonly logEntry: Uint8Array }
  readonly identities: { readonly recorder: Identity; readonly validators: readonly Identity[] }
}

export const identityOf = (name: string): Identity => ({ seed: sha256(utf8ToBytes(`test key ${name}`)), signer: signerOf(name) })

/** @param unlike worlds of different names have different genesis files, and nothing in common but their keys */
export async function createWorld(unlike = 'test'): Promise<World> {
  const harness = await createHarness(5, { network: unlike })
  const { network, log } = harness
  const chain = createTestChain(network)
  const ids = { first: testId(1), second: testId(2), v1: testId(3), last: testId(5) }
  const messages = [network.message(), network.message(), network.message({ scheme: 'v1' })]
  chain.add(messages)
  chain.add([network.message({ id: ids.first })], { skipViews: 1 })
  chain.add([network.message({ id: ids.last })])
  chain.add([network.message({ id: testId(6), tamper: (message) => ({ ...message, source: 'elsewhere' }) })])
  chain.add([])
  const committed = chain.committed()
  harness.chain.push(...committed)
  const recorder = harness.start()
  await until('four blocks are recorded', () => recorder.status().height === 4)
  await harness.stop()

  const stored = await entriesOf(log).readEntries({ from: asPosition(0), limit: 1000 })
  const entries = stored.map(({ bytes }) => bytes)
  const proofs = new Map<string, Awaited<ReturnType<typeof readChainProof>>>()
  for (const id of Object.values(ids)) proofs.set(id, await readChainProof(log, network.set.chainId, id))
  await harness.destroy()

  const identities = { recorder: identityOf('recorder'), validators: Array.from({ length: 5 }, (_, i) => identityOf(`validator ${i}`)) }
  const leafOf = (bytes: Uint8Array, position: number): Uint8Array => {
    const { id, stream, type } = JSON.parse(Buffer.from(bytes).toString()) as { id: string; stream: string; type: string }
    return leafHash(canonicalJsonBytes({ entryHash: sha256Hex(bytes), id, position: String(position), stream, type }))
  }
  const leaves = entries.map(leafOf)
  const treeProof: World['treeProof'] = (position, { size = leaves.length, witnesses = [0, 1, 2, 3] } = {}) => proofIn(leaves.slice(0, size), position, witnesses)
  const proofIn = (tree: readonly Uint8Array[], position: number, witnesses: readonly number[]): TreeProof => {
    const size = tree.length
    const signed = signCheckpoint(network.set.chainId, size, rootOfLeafHashes(tree), identities.recorder, witnesses.map((i) => identities.validators[i] as Identity))
    return { path: pathOfLeafHash(tree, position), ...signed }
  }
  const found = (id: AnomalyId) => {
    const read = proofs.get(id)
    if (read?.kind !== 'found') throw new Error(`${id}: ${read?.kind}`)
    return read
  }
  const lieAbout = (id: AnomalyId, { block, receipts, commitCertificate }: CertifiedBlock): Lie => {
    const [tx] = block.transactions as [Transaction]
    const { height, view, timestamp } = block.header
    const header = new ByteWriter()
    writeHeader(header, block.header)
    const logEntry = canonicalJsonBytes({
      data: { anomalyId: id, at: '0', blockTimestamp: String(timestamp), placement: { blockHash: block.hash, height: String(height), txId: tx.id, txIndex: 0 }, view: String(view) },
      id: 'a lie', position: '0', revision: '2', stream: `anomaly-${id}`, type: 'AnomalyCommitted', version: 1,
    })
    return {
      chain: {
        chainId: network.set.chainId, anomaly: { id, message: tx.bytes }, transaction: { index: 0, path: [] }, logEntry,
        block: { header: header.finish(), receipts: encodeTxReceipt(receipts[0] as TxReceipt) }, commit: { certificate: encodeQc(commitCertificate), headers: [] },
      },
      tree: proofIn([leafOf(logEntry, 0)], 0, [0, 1, 2, 3]),
    }
  }
  const forged: World['forged'] = (bytes, change) => {
    const entry = JSON.parse(Buffer.from(bytes).toString()) as Parameters<typeof change>[0]
    entry.position = '0'
    change(entry)
    const logEntry = canonicalJsonBytes(entry as unknown as Json)
    return { logEntry, tree: proofIn([leafOf(logEntry, 0)], 0, [0, 1, 2, 3]) }
  }
  return {
    forged,
    lies: { refused: lieAbout(ids.first, committed[1] as CertifiedBlock), unsigned: lieAbout(testId(6), committed[3] as CertifiedBlock) },
    genesis: utf8ToBytes(`${JSON.stringify(network.genesis, null, 2)}\n`), chainId: network.set.chainId, ids, entries, identities, treeProof,
    chainProof: (id) => Promise.resolve(found(id).proof),
    bundle: (id) => Promise.resolve(formatBundle(found(id).proof, treeProof(found(id).position))),
  }
}
