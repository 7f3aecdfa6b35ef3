/** Fields of validators, of proofs against them, and of what changes a reputation. */
import type { EvidenceView, ReputationChangeView, ValidatorView } from '../../projections/index.js'
import type { ApiContext } from '../context.js'

export const Validator = {
  evidenceCount: ({ evidence }: ValidatorView) => evidence,
}

export const ValidatorEvidence = {
  kind: ({ kind }: EvidenceView) => (kind === 'duplicate-vote' ? 'DUPLICATE_VOTE' : 'DUPLICATE_PROPOSAL'),
  offender: async ({ offenderId }: EvidenceView, _: unknown, context: ApiContext) => (await context.validators()).get(offenderId),
  reporter: async ({ reporterId }: EvidenceView, _: unknown, context: ApiContext) => (await context.validators()).get(reporterId),
  block: ({ blockHeight }: EvidenceView, _: unknown, context: ApiContext) => context.blocks.load(blockHeight),
}

export const ReputationChange = {
  kind: ({ kind }: ReputationChangeView) => kind.toUpperCase(),
}
