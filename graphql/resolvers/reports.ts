/** Fields of evidence and verdicts. */
import type { ReportView } from '../../projections/index.js'
import type { ApiContext } from '../context.js'

const block = ({ blockHeight }: ReportView, _: unknown, context: ApiContext) => context.blocks.load(blockHeight)

export const Verdict = {
  id: ({ reportId }: ReportView) => reportId,
  verdict: ({ verdict }: ReportView) => verdict?.toUpperCase(),
  givenAt: ({ reportedAt }: ReportView) => reportedAt,
  block,
}

export const EvidenceReport = {
  id: ({ reportId }: ReportView) => reportId,
  type: ({ evidenceType }: ReportView) => evidenceType,
  sizeBytes: ({ proofBytes }: ReportView) => proofBytes,
  custody: ({ custody }: ReportView) => custody.map(({ actor, at }) => ({ actorId: actor, handedOnAt: new Date(at) })),
  verdict: (report: ReportView) => (report.verdict === null ? null : report),
  block,
  logPosition: ({ position }: ReportView) => position,
}
