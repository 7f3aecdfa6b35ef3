/** A certified chain with real signatures and real execution, as validators would have made it. */
import { createBlock, genesisBlock, genesisQc, type Block } from '../../../domain/block.js'
import { BLOCK_TIME, createChain, genesis, txOf } from '../../../domain/execution/testing/network.js'
import { genesisState } from '../../../domain/execution/execute.js'
import { asEpoch, asHeight, asView } from '../../../domain/ids.js'
import type { Transaction } from '../../../domain/transaction.js'
import { voteDataFor } from '../../core/commit-rule.js'
import { electLeader } from '../../core/leader.js'
import type { CommittedBlock } from '../../core/protocol.js'
import { qcOver, set } from '../../core/testing/forge.js'

export type TestChain = {
  readonly root: Block
  /** Blocks of heights 1 to n, in consecutive views, each with its state changes and certificates. */
  readonly blocks: readonly CommittedBlock[]
  readonly initial: ReadonlyMap<string, Uint8Array>
}

/** @param payloads the transactions of each block, one list a height */
export function buildChain(payloads: readonly (readonly Transaction[])[]): TestChain {
  const { stateRoot, puts } = genesisState(genesis)
  const root = genesisBlock(set.chainId, stateRoot)
  const state = createChain()
  let parent = root
  let justify = genesisQc(root)
  const made = payloads.map((transactions, i) => {
    const view = asView(i + 1)
    const turn = { view, proposer: electLeader(set, set.validators.map(() => 100), view), failedLeaders: [], justify }
    const { receiptsRoot, stateRoot: after, receipts, changes } = state.commit(transactions, BLOCK_TIME, turn)
    const block = createBlock({
      ...turn, chainId: set.chainId, epoch: asEpoch(0), height: asHeight(i + 1), parentHash: parent.hash, receiptsRoot, stateRoot: after,
      timestamp: BLOCK_TIME, transactions,
    })
    justify = qcOver(voteDataFor(block, parent))
    parent = block
    return { block, receipts, changes, certificate: justify, commitCertificate: justify }
  })
  // A block is committed by the certificate of its child; the last one here has none and carries its own.
  return { root, initial: puts, blocks: made.map((block, i) => ({ ...block, commitCertificate: made[i + 1]?.certificate ?? block.certificate })) }
}

/** `n` blocks of two transactions, every third one empty. */
export const chainOf = (n: number): TestChain =>
  buildChain(Array.from({ length: n }, (_, i) => (i % 3 === 2 ? [] : [txOf(2 * i), txOf(2 * i + 1)])))
