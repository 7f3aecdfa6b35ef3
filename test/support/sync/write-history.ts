/** A long history for a local network, written to disk as if v0 to v3 had made it while v4 was down. */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createBlock, genesisQc, type Block } from '../../../domain/block.js'
import { voteSignBytes, type QuorumCertificate } from '../../../domain/certificate.js'
import { executeBlock } from '../../../domain/execution/execute.js'
import { readLeaders } from '../../../domain/execution/read-leaders.js'
import { draftOf, signerOf } from '../../../domain/execution/testing/network.js'
import { validatorSetOf } from '../../../domain/genesis.js'
import { asHeight, asMillis, asView, type ValidatorId } from '../../../domain/ids.js'
import { encodeAnomaly } from '../../../domain/message/anomaly.js'
import { signAnomaly } from '../../../domain/message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../../domain/transaction.js'
import { createSigner } from '../../../platform/crypto/ed25519.js'
import { voteDataFor } from '../../../consensus/core/commit-rule.js'
import { electLeader } from '../../../consensus/core/leader.js'
import type { CommittedBlock } from '../../../consensus/core/protocol.js'
import { genesisRoot } from '../../../consensus/node/recover.js'
import { seedOf, type LocalNetwork } from '../../../consensus/node/testing/local-network.js'
import { openBlockStore } from '../../../consensus/storage/block-store.js'
import { createSafetyFile } from '../../../consensus/storage/safety-record/store.js'

const DOWN = 4
const AUTHORS = [0, 1, 2, 3]
const BATCH = 100

/** Two blocks of three hold a transaction. @returns the height that is final, at least `count` */
export async function writeHistory(network: LocalNetwork, count: number): Promise<number> {
  const { genesis } = network
  const set = validatorSetOf(genesis)
  const keys = AUTHORS.map((i) => createSigner(seedOf(`v${i}`)))
  const down = set.validators[DOWN]?.id
  const root = genesisRoot(genesis)
  mkdirSync(network.folderOf(0))
  const store = openBlockStore(join(network.folderOf(0), 'blocks'))
  store.saveGenesis(root.puts)
  const nodes = new Map<string, Uint8Array>(root.puts)
  const startedAt = Date.now() - (count + 10) * 2

  let parent = root.block
  let justify: QuorumCertificate = genesisQc(root.block)
  let view = 0
  const waiting: Omit<CommittedBlock, 'commitCertificate'>[] = []
  const ready: CommittedBlock[] = []

  const build = (): { block: Block; made: Omit<CommittedBlock, 'commitCertificate' | 'certificate'> } => {
    const { elected } = readLeaders({ get: (hash) => nodes.get(hash) }, parent.header.stateRoot, set.validators.length)
    const leaderOf = (at: number): ValidatorId => electLeader(set, elected, asView(at))
    const failedLeaders: ValidatorId[] = []
    for (view += 1; leaderOf(view) === down; view++) failedLeaders.push(leaderOf(view))
    const height = asHeight(parent.header.height + 1)
    const timestamp = asMillis(startedAt + height * 2)
    const turn = { view: asView(view), proposer: leaderOf(view), failedLeaders, justify }
    const transactions = height % 3 === 0 ? [] : [txOf(height, timestamp)]
    const { stateRoot, receiptsRoot, receipts, changes } = executeBlock({
      genesis, nodes: { get: (hash) => nodes.get(hash) }, parentRoot: parent.header.stateRoot, height, timestamp, turn, transactions,
    })
    for (const [hash, bytes] of changes.puts) nodes.set(hash, bytes)
    for (const hash of changes.deletes) nodes.delete(hash)
    const block = createBlock({ ...turn, chainId: set.chainId, epoch: set.epoch, height, parentHash: parent.hash, receiptsRoot, stateRoot, timestamp, transactions })
    return { block, made: { block, receipts, changes } }
  }

  let final = 0
  while (final < count || waiting.length !== 1) {
    const { block, made } = build()
    const data = voteDataFor(block, parent)
    const message = voteSignBytes(set.chainId, data)
    const certificate = { data, signatures: keys.map((key, index) => ({ index, signature: key.sign(message) })) }
    if (data.commit !== undefined) {
      for (const earlier of waiting.splice(0)) ready.push({ ...earlier, commitCertificate: certificate })
      final = block.header.height - 1
    }
    waiting.push({ ...made, certificate })
    if (ready.length >= BATCH) store.commit(ready.splice(0))
    parent = block
    justify = certificate
  }
  store.commit(ready)
  // The newest block is certified and not final yet.
  store.saveBlock(parent)
  await store.close()
  for (const i of AUTHORS) {
    if (i > 0) cpSync(network.folderOf(0), network.folderOf(i), { recursive: true, filter: (path) => !path.endsWith('safety.record') })
  }
  for (const [i, key] of keys.entries()) {
    const voter = set.validators[i]?.id as ValidatorId
    createSafetyFile(join(network.folderOf(i), 'safety.record'), { chainId: set.chainId, publicKey: key.publicKey }, {
      epoch: set.epoch, lastVotedView: asView(view), lockView: parent.justify.data.view, lastProposedView: asView(view), highQc: justify, highTc: undefined,
      lastVote: { data: justify.data, voter, signature: justify.signatures[i]?.signature as Uint8Array },
    })
  }
  return final
}

function txOf(n: number, timeMs: number): Transaction {
  return createTransaction('event', encodeAnomaly(signAnomaly({ ...draftOf(1_000_000 + n), tsSeconds: Math.floor(timeMs / 1000) }, signerOf('p0'), 'v2')))
}
