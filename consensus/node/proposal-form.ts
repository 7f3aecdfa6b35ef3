/**
 * Whether a proposal names its transactions or repeats them. Names are enough where the others have read what this leader
 * has. Where most of them had to ask for most of the last block, asking costs what the names saved and a few turns of busy
 * event loops besides: so the next blocks go whole, and then one goes by names again to see.
 */
import type { Block } from '../../domain/block.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import { isWorthCompacting } from './compact-proposal.js'

export type ProposalForm = {
  /** Of the next block that is proposed. */
  mayName(block: Block): boolean
  /** A validator asked for so many transactions of a block. */
  asked(by: ValidatorId, blockHash: BlockHash, count: number): void
}

const WHOLE_BLOCKS = 8

/** @param peers that each proposal goes to */
export function createProposalForm(peers: number): ProposalForm {
  let last: { readonly hash: BlockHash; readonly transactions: number; readonly lacking: Set<ValidatorId> } | undefined
  let whole = 0
  return {
    mayName(block) {
      if (!isWorthCompacting(block)) return false
      if (last !== undefined && last.lacking.size * 2 > peers) whole = WHOLE_BLOCKS
      last = undefined
      if (whole > 0) {
        whole -= 1
        return false
      }
      last = { hash: block.hash, transactions: block.transactions.length, lacking: new Set() }
      return true
    },
    asked(by, blockHash, count) {
      if (last?.hash === blockHash && count * 2 > last.transactions) last.lacking.add(by)
    },
  }
}
