/** Makes blocks, certificates and messages with any validator's key: what an adversary, or a quorum, could send. */
import { createBlock, genesisBlock, genesisQc, proposalSignBytes, type Block, type BlockContent } from '../../../domain/block.js'
import { timeoutSignBytes, voteSignBytes, type QuorumCertificate, type Timeout, type TimeoutCertificate, type Vote, type VoteData } from '../../../domain/certificate.js'
import type { Signer } from '../../../domain/crypto.js'
import { executeBlock, genesisState } from '../../../domain/execution/execute.js'
import { BLOCK_TIME, genesis, signerOf } from '../../../domain/execution/testing/network.js'
import type { StateNodes } from '../../../domain/execution/types.js'
import { validatorIdOf, validatorSetOf } from '../../../domain/genesis.js'
import { asEpoch, asHeight, asView, type BlockHash, type ValidatorId, type View } from '../../../domain/ids.js'
import type { Transaction } from '../../../domain/transaction.js'
import { voteDataFor } from '../commit-rule.js'
import { electLeader } from '../leader.js'
import type { Proposal } from '../messages.js'

export { genesis }
export const set = validatorSetOf(genesis)
const SIGNERS = ['v0', 'v1', 'v2', 'v3', 'v4'].map(signerOf)
export const signer = (index: number): Signer => SIGNERS[index] as Signer
export const idOf = (index: number): ValidatorId => validatorIdOf(signer(index).publicKey)
/** While nobody failed, validators lead in turn. */
const leaderIndex = (view: View): number => set.byId(electLeader(set, set.validators.map(() => 100), view))?.index as number

const initial = genesisState(genesis)
export const root = genesisBlock(set.chainId, initial.stateRoot)
export const rootQc = genesisQc(root)
export const initialNodes = initial.puts

/** State after every block ever forged; nothing is ever removed. */
const nodes = new Map<string, Uint8Array>(initial.puts)
const allNodes: StateNodes = { get: (hash) => nodes.get(hash) }
const known = new Map<BlockHash, Block>([[root.hash, root]])

export type BlockChoices = Partial<Omit<BlockContent, 'view' | 'transactions'>> & { readonly transactions?: readonly Transaction[] }

/** A block that is right in everything but what `choices` say. By default its parent's certificate is a good one. */
export function blockOn(parent: Block, view: number, choices: BlockChoices = {}): Block {
  const { transactions = [] } = choices
  const timestamp = choices.timestamp ?? BLOCK_TIME
  const height = asHeight(parent.header.height + 1)
  const turn = {
    view: asView(view), proposer: choices.proposer ?? idOf(leaderIndex(asView(view))), justify: choices.justify ?? qcOf(parent),
    failedLeaders: choices.failedLeaders ?? failedBetween(parent, view),
  }
  const { stateRoot, receiptsRoot, changes } = executeBlock({ genesis, nodes: allNodes, parentRoot: parent.header.stateRoot, height, timestamp, turn, transactions })
  for (const [hash, bytes] of changes.puts) nodes.set(hash, bytes)
  const block = createBlock({
    ...turn, chainId: set.chainId, epoch: asEpoch(0), height, parentHash: parent.hash, receiptsRoot, stateRoot, timestamp, ...choices, transactions,
  })
  known.set(block.hash, block)
  return block
}

/** Those whose turns passed between the parent and a block, as long as nobody failed before. */
function failedBetween(parent: Block, view: number): ValidatorId[] {
  const first = Math.max(parent.header.view + 1, view - 2 * SIGNERS.length)
  return Array.from({ length: Math.max(0, view - first) }, (_, i) => idOf(leaderIndex(asView(first + i))))
}

/** Makes a block of somebody else known, so that blocks and votes can build on it. */
export const learn = (block: Block): void => void known.set(block.hash, block)

/** A vote's content as an honest validator would write it. */
export const dataOf = (block: Block): VoteData => voteDataFor(block, known.get(block.header.parentHash) as Block)

export function voteOf(index: number, block: Block, changes: Partial<VoteData> = {}): Vote {
  const data = { ...dataOf(block), ...changes }
  return { data, voter: idOf(index), signature: signer(index).sign(voteSignBytes(set.chainId, data)) }
}

export function qcOf(block: Block, signers: readonly number[] = [0, 1, 2, 3]): QuorumCertificate {
  if (block.hash === root.hash) return rootQc
  return qcOver(dataOf(block), signers)
}

export function qcOver(data: VoteData, signers: readonly number[] = [0, 1, 2, 3]): QuorumCertificate {
  const message = voteSignBytes(set.chainId, data)
  return { data, signatures: signers.map((index) => ({ index, signature: signer(index).sign(message) })) }
}

export function timeoutOf(index: number, view: number, highQc: QuorumCertificate, lastTc?: TimeoutCertificate): Timeout {
  const highQcView = highQc.data.view
  const signature = signer(index).sign(timeoutSignBytes(set.chainId, asEpoch(0), asView(view), highQcView))
  return { epoch: asEpoch(0), view: asView(view), highQcView, sender: idOf(index), signature, highQc, lastTc }
}

/** @param highQcs the certificate that each of validators 0, 1, 2, 3 names */
export function tcOf(view: number, highQcs: readonly QuorumCertificate[], signers: readonly number[] = [0, 1, 2, 3]): TimeoutCertificate {
  const signatures = highQcs.map((highQc, i) => {
    const { signature, highQcView } = timeoutOf(signers[i] as number, view, highQc)
    return { index: signers[i] as number, signature, highQcView }
  })
  const highQc = highQcs.reduce((best, qc) => (qc.data.view > best.data.view ? qc : best))
  return { epoch: asEpoch(0), view: asView(view), highQc, signatures }
}

/** Signed by the leader of the view, or by whom `by` says. */
export function proposalOf(block: Block, lastTc?: TimeoutCertificate, by = leaderIndex(block.header.view)): Proposal {
  const { chainId, epoch, view } = block.header
  return { block, lastTc, signature: signer(by).sign(proposalSignBytes(chainId, epoch, view, block.hash)) }
}
