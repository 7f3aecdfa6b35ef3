/** A leader whose blocks are wrong in one thing: state, receipts, time, height, a forged or repeated transaction. */
import { createBlock, type Block } from '../../domain/block.js'
import { asHeight, asMillis, type Hex32, type StateRoot } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import type { Random } from '../kernel/random.js'
import { sayInstead, signProposalAs, type Liar } from './liar.js'

export const proposeNonsense: Liar = (node, world, random) => {
  sayInstead(node, (message) => {
    if (message.type !== 'proposal' || random.chance(30)) return [message]
    const wrong = wrongBlock(message.proposal.block, random)
    return [{ type: 'proposal', proposal: signProposalAs(node, world, wrong, message.proposal.lastTc) }]
  })
}

const NO_ROOT = '12'.repeat(32)

function wrongBlock({ header, justify, transactions }: Block, random: Random): Block {
  const content = { ...header, justify, transactions }
  const [first] = transactions
  switch (random.below(8)) {
    case 0: return createBlock({ ...content, stateRoot: NO_ROOT as StateRoot })
    case 1: return createBlock({ ...content, receiptsRoot: NO_ROOT as Hex32 })
    case 2: return createBlock({ ...content, timestamp: asMillis(header.timestamp + 600_000) })
    case 3: return createBlock({ ...content, timestamp: asMillis(1) })
    case 4: return createBlock({ ...content, height: asHeight(header.height + 1) })
    case 5: return createBlock({ ...content, transactions: [...transactions, createTransaction('event', Uint8Array.of(1, 2, 3))] })
    case 6: return createBlock({ ...content, transactions: first === undefined ? [createTransaction('policy', Uint8Array.of(1))] : [...transactions, first] })
    default: return createBlock({ ...content, failedLeaders: [...header.failedLeaders, header.proposer] })
  }
}
