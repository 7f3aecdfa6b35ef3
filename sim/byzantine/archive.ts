/** Every block a liar has heard of, with the state after it: what it needs to build on any of them. */
import { createBlock, type Block } from '../../domain/block.js'
import type { QuorumCertificate } from '../../domain/certificate.js'
import { executeBlock } from '../../domain/execution/execute.js'
import { readLeaders } from '../../domain/execution/read-leaders.js'
import { asHeight, asMillis, asView, type BlockHash, type ValidatorId, type View } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import { electLeader } from '../../consensus/core/leader.js'
import { networkOf } from '../world/network-of.js'
import type { World } from '../types.js'

export type Archive = {
  /** Enters a block whose parent is known; anything else is passed over. */
  learn(block: Block): void
  /** Certified blocks, oldest first, with their certificates. */
  certified(): readonly { readonly block: Block; readonly qc: QuorumCertificate }[]
  /** A block for `view` on a known parent that is right in every way, if `proposer` leads there; undefined if it does not. */
  build(qc: QuorumCertificate, view: View, proposer: ValidatorId, transactions: readonly Transaction[]): Block | undefined
}

export function createArchive(world: World): Archive {
  const { root } = networkOf(world.n)
  const nodes = new Map<string, Uint8Array>(root.puts)
  const blocks = new Map<BlockHash, Block>([[root.block.hash, root.block]])
  const certificates = new Map<BlockHash, QuorumCertificate>([[root.block.hash, root.block.justify]])

  const execute = (block: Pick<Block, 'header' | 'justify' | 'transactions'>, parent: Block) => {
    const { view, proposer, failedLeaders, height, timestamp } = block.header
    const result = executeBlock({
      genesis: world.genesis, nodes, parentRoot: parent.header.stateRoot, height, timestamp,
      turn: { view, proposer, failedLeaders, justify: block.justify }, transactions: block.transactions,
    })
    for (const [hash, bytes] of result.changes.puts) nodes.set(hash, bytes)
    return result
  }

  return {
    learn(block) {
      const parent = blocks.get(block.header.parentHash)
      if (parent === undefined || blocks.has(block.hash)) return
      if (execute(block, parent).stateRoot !== block.header.stateRoot) return
      blocks.set(block.hash, block)
      certificates.set(parent.hash, block.justify)
    },
    certified: () => [...certificates].map(([hash, qc]) => ({ block: blocks.get(hash) as Block, qc })),
    build(qc, view, proposer, transactions) {
      const parent = blocks.get(qc.data.blockHash)
      if (parent === undefined) return undefined
      const { elected } = readLeaders(nodes, parent.header.stateRoot, world.n)
      const leaderOf = (at: number): ValidatorId => electLeader(world.set, elected, asView(at))
      if (leaderOf(view) !== proposer) return undefined
      const failedLeaders: ValidatorId[] = []
      for (let at = Math.max(parent.header.view + 1, view - 2 * world.n); at < view; at++) failedLeaders.push(leaderOf(at))
      const turn = { view, proposer, failedLeaders, justify: qc }
      const content = {
        ...turn, transactions, chainId: world.set.chainId, epoch: world.set.epoch, height: asHeight(parent.header.height + 1),
        parentHash: parent.hash, timestamp: asMillis(Math.max(world.now(), parent.header.timestamp)),
      }
      const draft = createBlock({ ...content, stateRoot: parent.header.stateRoot, receiptsRoot: parent.header.receiptsRoot })
      const { stateRoot, receiptsRoot } = execute(draft, parent)
      return createBlock({ ...content, stateRoot, receiptsRoot })
    },
  }
}
