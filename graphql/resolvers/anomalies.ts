/** Fields of anomalies and of the steps of their lives. */
import type { AnomalyView } from '../../projections/index.js'
import type { ApiContext } from '../context.js'
import { durationsOf, lifecycleOf, type LifecycleStep as Step } from '../lifecycle.js'
import { signersOf, validatorsOf } from '../signers.js'

export const Anomaly = {
  lifecycle: lifecycleOf,
  durations: durationsOf,
  sourceAddress: ({ id }: AnomalyView, _: unknown, context: ApiContext) => context.sourceAddresses.load(id),
  block: ({ blockHeight }: AnomalyView, _: unknown, context: ApiContext) => (blockHeight === null ? null : context.blocks.load(blockHeight)),
  proof: async ({ updatedPosition }: AnomalyView, _: unknown, context: ApiContext) => (await context.proofs.load(updatedPosition)) ?? null,
  // A duplicate also names the anomaly that it repeats, and says nothing of that one.
  verdicts: async ({ id }: AnomalyView, _: unknown, context: ApiContext) => (await context.reports.load(id)).filter(({ verdictAnomalyId }) => verdictAnomalyId === id),
  evidence: async ({ id }: AnomalyView, _: unknown, context: ApiContext) => (await context.reports.load(id)).filter(({ verdict }) => verdict === null),
}

export const LifecycleStep = {
  validator: async ({ validatorIds: [first] }: Step, _: unknown, context: ApiContext) => (first === undefined ? null : (await context.validators()).get(first)),
  signers: async ({ validatorIds, blockHeight }: Step, _: unknown, context: ApiContext) => {
    if (blockHeight === null) return validatorsOf(validatorIds, context)
    const block = await context.blocks.load(blockHeight)
    return block === undefined ? [] : signersOf(block, context)
  },
}
