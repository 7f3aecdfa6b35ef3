/** Fields of blocks and of what they carry. */
import type { BlockView, TransactionView } from '../../projections/index.js'
import type { ApiContext } from '../context.js'
import { blockId, transactionId } from '../nodes.js'
import { signersOf } from '../signers.js'

export const Block = {
  id: ({ height }: BlockView) => blockId(height),
  proposer: async ({ proposerId }: BlockView, _: unknown, context: ApiContext) => (await context.validators()).get(proposerId),
  signers: (block: BlockView, _: unknown, context: ApiContext) => signersOf(block, context),
  proof: async ({ logPosition }: BlockView, _: unknown, context: ApiContext) => (await context.proofs.load(logPosition)) ?? null,
  transactions: ({ height }: BlockView, _: unknown, context: ApiContext) => context.transactions.load(height),
}

export const Transaction = {
  id: ({ blockHeight, index }: TransactionView) => transactionId(blockHeight, index),
  anomaly: ({ anomalyId }: TransactionView, _: unknown, context: ApiContext) => (anomalyId === null ? null : context.anomalies.load(anomalyId)),
}
