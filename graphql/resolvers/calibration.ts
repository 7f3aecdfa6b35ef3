/** Fields of calibration rows. */
import type { CalibrationView } from '../../projections/index.js'

export const CalibrationRow = {
  verdicts: ({ verdicts }: CalibrationView) => verdicts.map(({ reportId, reporterId, verdict }) => ({ reportId, reporterId, verdict })),
  features: ({ features }: CalibrationView) => Object.entries(features).map(([name, value]) => ({ name, value })),
  engineScores: ({ engineScores }: CalibrationView) => Object.entries(engineScores).map(([engine, score]) => ({ engine, ...score })),
}

export const StandingVerdict = {
  id: ({ reportId }: { readonly reportId: string }) => reportId,
  verdict: ({ verdict }: { readonly verdict: string }) => verdict.toUpperCase(),
}
