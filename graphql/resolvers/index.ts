/** All resolvers, one file a subject; everything nested goes through the loaders of the request. */
import type { HourView, PolicyView } from '../../projections/index.js'
import type { ApiContext } from '../context.js'
import { Long, Time } from '../scalars.js'
import { Anomaly, LifecycleStep } from './anomalies.js'
import { Block, Transaction } from './blocks.js'
import { CalibrationRow, StandingVerdict } from './calibration.js'
import { Mutation } from './mutation.js'
import { Query } from './query.js'
import { EvidenceReport, Verdict } from './reports.js'
import { ReputationChange, Validator, ValidatorEvidence } from './validators.js'

export const resolvers = {
  Long, Time, Query, Mutation,
  Anomaly, LifecycleStep, Block, Transaction, Verdict, EvidenceReport, Validator, ValidatorEvidence, ReputationChange, CalibrationRow, StandingVerdict,
  // What is found by its id carries the name of its type.
  Node: { __resolveType: ({ __typename }: { readonly __typename: string }) => __typename },
  // What an event names, as the read model has it with that event.
  LifecycleEvent: { anomaly: ({ anomalyId }: { readonly anomalyId: string }, _: unknown, context: ApiContext) => context.anomalies.load(anomalyId) },
  LogEvent: { auditProof: async ({ position }: { readonly position: number }, _: unknown, context: ApiContext) => (await context.proofs.load(position - 1)) ?? null },
  BlockEvent: { block: ({ height }: { readonly height: number }, _: unknown, context: ApiContext) => context.blocks.load(height) },
  Policy: {
    id: ({ policyId }: PolicyView) => policyId,
    outcome: ({ outcome }: PolicyView) => outcome.toUpperCase(),
  },
  Hour: {
    byReason: ({ counts }: HourView) => counts,
  },
}
