/**
 * Whether a proposal names its transactions to a validator or repeats them. Names are enough for whoever has read what
 * this leader has. A validator that had to ask for much of the last block would ask again: it costs what the names saved,
 * and the view, where it leads the next one and has no block to build on. So the next blocks go to it whole, and then one
 * goes by names again to see.
 */
import type { Block } from '../../domain/block.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import { isWorthCompacting } from './compact-proposal.js'

export type ProposalForm = {
  /** Of a block that is proposed now, to one validator. */
  mayName(to: ValidatorId, block: Block): boolean
  /** A validator asked for so many transactions of a block. */
  asked(by: ValidatorId, blockHash: BlockHash, count: number): void
}

const WHOLE_BLOCKS = 8
/** Of a block. */
const MUCH = 0.25

type Told = {
  /** The last block that went by names. */
  named: { readonly hash: BlockHash; readonly transactions: number } | undefined
  /** So many more go whole. */
  whole: number
}

export function createProposalForm(): ProposalForm {
  const told = new Map<ValidatorId, Told>()
  return {
    mayName(to, block) {
      if (!isWorthCompacting(block)) return false
      const entry = told.get(to) ?? { named: undefined, whole: 0 }
      told.set(to, entry)
      if (entry.whole > 0) {
        entry.whole -= 1
        return false
      }
      entry.named = { hash: block.hash, transactions: block.transactions.length }
      return true
    },
    asked(by, blockHash, count) {
      const entry = told.get(by)
      if (entry?.named?.hash === blockHash && count > MUCH * entry.named.transactions) entry.whole = WHOLE_BLOCKS
    },
  }
}
