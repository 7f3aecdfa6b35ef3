/**
 * What a model says of flows, the worst one towards each host: an incident carries it as a claim that validators check.
 * Nothing is decided by it.
 */
import { claimScore, type ScoringModel } from '../../domain/scoring/scoring-model.js'
import type { ScoreClaim } from '../../domain/scoring/score-claim.js'
import type { FlowRecord } from '../sources/records.js'
import { createWorstFlows } from '../windows/worst-flows.js'

export type ScoreBook = {
  see(flow: FlowRecord): void
  /** Undefined where no flow towards that host ended, or began, within the last minute. */
  worstTowards(target: string, nowMs: number): ScoreClaim | undefined
}

export type FlowModel = {
  readonly model: ScoringModel
  readonly featureSchema: string
  /** Undefined where a record lacks what a feature needs. */
  readonly vectorOf: (flow: FlowRecord) => Float64Array | undefined
  /** Whether low margins are the suspicious ones, as path lengths of isolation forests are. */
  readonly isLowWorse?: boolean
}

export function createScoreBook({ model, featureSchema, vectorOf, isLowWorse = false }: FlowModel): ScoreBook {
  const worst = createWorstFlows<Float64Array>()
  return {
    see(flow) {
      const vector = vectorOf(flow)
      if (vector === undefined) return
      const { margin } = model.score(vector)
      worst.see(flow, isLowWorse ? -margin : margin, () => vector)
    },
    worstTowards(target, nowMs) {
      const vector = worst.worstTowards(target, nowMs)
      return vector === undefined ? undefined : claimScore(model, featureSchema, vector)
    },
  }
}
