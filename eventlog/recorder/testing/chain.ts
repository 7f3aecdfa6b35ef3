/** A chain with real execution and real certificates, built block by block in a test. */
import { createBlock, genesisBlock, type Block } from '../../../domain/block.js'
import { voteSignBytes, type QuorumCertificate, type VoteData } from '../../../domain/certificate.js'
import type { Signer } from '../../../domain/crypto.js'
import { executeBlock, genesisState } from '../../../domain/execution/execute.js'
import type { TxReceipt } from '../../../domain/execution/types.js'
import { asHeight, asView, type StateRoot, type UnixMillis, type ValidatorId } from '../../../domain/ids.js'
import { createTransaction, type Transaction } from '../../../domain/transaction.js'
import type { CertifiedBlock } from '../ports.js'
import { NOW, type TestNetwork } from './network.js'

export type TestChain = {
  /** Proposes and certifies a block with these messages, policies after them, and then evidence. `skipViews` leaves a gap before it, so its parent is not committed by it. */
  add(messages: readonly Uint8Array[], options?: { readonly skipViews?: number; readonly timestamp?: UnixMillis; readonly policies?: readonly Uint8Array[]; readonly evidence?: readonly Transaction[] }): Block
  /** Every block that some certificate commits, in height order. */
  committed(): readonly CertifiedBlock[]
  certify(block: Block, parent: Block, signers?: readonly number[]): QuorumCertificate
}

type Link = { readonly block: Block; readonly receipts: readonly TxReceipt[]; readonly certificate: QuorumCertificate }

export function createTestChain({ genesis, set, validators }: TestNetwork): TestChain {
  const state = genesisState(genesis)
  const nodes = new Map<string, Uint8Array>(state.puts)
  const root = genesisBlock(set.chainId, state.stateRoot)
  const links: Link[] = []
  const lastBlock = (): Block => links.at(-1)?.block ?? root
  let stateRoot: StateRoot = state.stateRoot

  function certify(block: Block, parent: Block, signers = Array.from({ length: set.quorum }, (_, i) => i)): QuorumCertificate {
    const { view, height, epoch } = block.header
    const parentView = parent.header.view
    const data: VoteData = {
      epoch, view, height, blockHash: block.hash, parentView,
      commit: parentView + 1 === view ? { hash: parent.hash, height: parent.header.height } : undefined,
    }
    const message = voteSignBytes(set.chainId, data)
    return { data, signatures: signers.map((index) => ({ index, signature: (validators[index] as Signer).sign(message) })) }
  }

  return {
    certify,
    add(messages, { skipViews = 0, timestamp = NOW, policies = [], evidence = [] } = {}) {
      const parent = lastBlock()
      const transactions: Transaction[] = [...messages.map((bytes) => createTransaction('event', bytes)), ...policies.map((bytes) => createTransaction('policy', bytes)), ...evidence]
      const height = asHeight(parent.header.height + 1)
      const view = asView(parent.header.view + 1 + skipViews)
      const leaderOf = (at: number): ValidatorId => set.validators[at % set.validators.length]?.id as ValidatorId
      const failedLeaders = Array.from({ length: skipViews }, (_, i) => leaderOf(parent.header.view + 1 + i))
      const turn = { view, proposer: leaderOf(view), failedLeaders, justify: links.at(-1)?.certificate ?? root.justify }
      const result = executeBlock({ genesis, nodes: { get: (hash) => nodes.get(hash) }, parentRoot: stateRoot, height, timestamp, turn, transactions })
      for (const [hash, bytes] of result.changes.puts) nodes.set(hash, bytes)
      stateRoot = result.stateRoot
      const block = createBlock({
        ...turn, chainId: set.chainId, epoch: set.epoch, height, parentHash: parent.hash, receiptsRoot: result.receiptsRoot,
        stateRoot, timestamp, transactions,
      })
      links.push({ block, receipts: result.receipts, certificate: certify(block, parent) })
      return block
    },
    committed() {
      const found: CertifiedBlock[] = []
      links.forEach(({ block, receipts, certificate }, index) => {
        const at = links.findIndex((later, i) => i > index && later.certificate.data.commit !== undefined)
        const committer = links[at]
        if (committer === undefined) return
        const headers = links.slice(index + 1, at).map((link) => link.block.header)
        found.push({ block, receipts, certificate, commitCertificate: committer.certificate, headers })
      })
      return found
    },
  }
}
