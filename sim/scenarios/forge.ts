/** Makes blocks, certificates and messages with any validator's key of a world: what a liar, or a quorum of them, could send. */
import { createBlock, genesisQc, proposalSignBytes, type Block, type BlockContent } from '../../domain/block.js'
import { timeoutSignBytes, voteSignBytes, type QuorumCertificate, type Timeout, type TimeoutCertificate, type Vote, type VoteData } from '../../domain/certificate.js'
import { executeBlock, genesisState } from '../../domain/execution/execute.js'
import { asEpoch, asHeight, asMillis, asView, type BlockHash, type ValidatorId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { voteDataFor } from '../../consensus/core/commit-rule.js'
import type { Proposal } from '../../consensus/core/messages.js'
import type { World } from '../types.js'

export type BlockChoices = Partial<Omit<BlockContent, 'view' | 'transactions'>> & { readonly transactions?: readonly Transaction[] }

export type Forge = {
  /** A block that is right in everything but what `choices` say; leaders take turns. */
  blockOn(parent: Block, view: number, choices?: BlockChoices): Block
  /** Makes a block of somebody else known, parents first, so that blocks and votes can build on it. */
  learn(block: Block): void
  dataOf(block: Block): VoteData
  voteOf(index: number, block: Block, changes?: Partial<VoteData>): Vote
  /** A certificate that says anything, signed by any. */
  qcOver(data: VoteData, signers?: readonly number[]): QuorumCertificate
  /** By default signed by validators 0 to q-1. */
  qcOf(block: Block, signers?: readonly number[]): QuorumCertificate
  timeoutOf(index: number, view: number, highQc: QuorumCertificate, lastTc?: TimeoutCertificate): Timeout
  /** @param highQcs the certificate that each signer names */
  tcOf(view: number, highQcs: readonly QuorumCertificate[], signers?: readonly number[]): TimeoutCertificate
  /** Signed by the block's proposer, or by whom `by` says. */
  proposalOf(block: Block, lastTc?: TimeoutCertificate, by?: number): Proposal
}

const EPOCH = asEpoch(0)

export function createForge(world: World): Forge {
  const { genesis, set, root, n } = world
  const quorum = Array.from({ length: set.quorum }, (_, i) => i)
  const nodes = new Map<string, Uint8Array>(genesisState(genesis).puts)
  const known = new Map<BlockHash, Block>([[root.hash, root]])
  const idOf = (index: number): ValidatorId => set.validators[index % n]?.id as ValidatorId

  const execute = (parent: Block, timestamp: number, turn: Pick<BlockContent, 'view' | 'proposer' | 'failedLeaders' | 'justify'>, transactions: readonly Transaction[]) => {
    const height = asHeight(parent.header.height + 1)
    const result = executeBlock({ genesis, nodes, parentRoot: parent.header.stateRoot, height, timestamp: asMillis(timestamp), turn, transactions })
    for (const [hash, bytes] of result.changes.puts) nodes.set(hash, bytes)
    return { height, stateRoot: result.stateRoot, receiptsRoot: result.receiptsRoot }
  }
  const failedBetween = (parent: Block, view: number): ValidatorId[] => {
    const first = Math.max(parent.header.view + 1, view - 2 * n)
    return Array.from({ length: Math.max(0, view - first) }, (_, i) => idOf(first + i))
  }

  const forge: Forge = {
    blockOn(parent, view, choices = {}) {
      const { transactions = [] } = choices
      const timestamp = choices.timestamp ?? asMillis(Math.max(world.now(), parent.header.timestamp))
      const turn = {
        view: asView(view), proposer: choices.proposer ?? idOf(view), justify: choices.justify ?? forge.qcOf(parent),
        failedLeaders: choices.failedLeaders ?? failedBetween(parent, view),
      }
      const block = createBlock({
        ...turn, chainId: set.chainId, epoch: EPOCH, parentHash: parent.hash, timestamp, ...execute(parent, timestamp, turn, transactions), ...choices, transactions,
      })
      known.set(block.hash, block)
      return block
    },
    learn(block) {
      if (known.has(block.hash)) return
      known.set(block.hash, block)
      const parent = known.get(block.header.parentHash)
      if (parent !== undefined) execute(parent, block.header.timestamp, { ...block.header, justify: block.justify }, block.transactions)
    },
    dataOf: (block) => voteDataFor(block, known.get(block.header.parentHash) as Block),
    voteOf(index, block, changes = {}) {
      const data = { ...forge.dataOf(block), ...changes }
      return { data, voter: idOf(index), signature: world.signer(index).sign(voteSignBytes(set.chainId, data)) }
    },
    qcOf(block, signers = quorum) {
      if (block.hash === root.hash) return genesisQc(root)
      return forge.qcOver(forge.dataOf(block), signers)
    },
    qcOver(data, signers = quorum) {
      const message = voteSignBytes(set.chainId, data)
      return { data, signatures: signers.map((index) => ({ index, signature: world.signer(index).sign(message) })) }
    },
    timeoutOf(index, view, highQc, lastTc) {
      const highQcView = highQc.data.view
      const signature = world.signer(index).sign(timeoutSignBytes(set.chainId, EPOCH, asView(view), highQcView))
      return { epoch: EPOCH, view: asView(view), highQcView, sender: idOf(index), signature, highQc, lastTc }
    },
    tcOf(view, highQcs, signers = quorum) {
      const signatures = highQcs.map((highQc, i) => {
        const { signature, highQcView } = forge.timeoutOf(signers[i] as number, view, highQc)
        return { index: signers[i] as number, signature, highQcView }
      })
      const highQc = highQcs.reduce((best, qc) => (qc.data.view > best.data.view ? qc : best))
      return { epoch: EPOCH, view: asView(view), highQc, signatures }
    },
    proposalOf(block, lastTc, by) {
      const { chainId, epoch, view, proposer } = block.header
      const index = by ?? set.byId(proposer)?.index ?? 0
      return { block, lastTc, signature: world.signer(index).sign(proposalSignBytes(chainId, epoch, view, block.hash)) }
    },
  }
  return forge
}
