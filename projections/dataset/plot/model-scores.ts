/** Gathers the scores of each model while rows go by. */
import { sha256Hex } from '../../../domain/hash.js'
import { utf8ToBytes } from '../../../domain/bytes.js'
import type { DatasetRow } from '../row.js'
import { addScore, emptyBins, type ScoreBins } from './score-bins.js'

export const SCORES = ['raw_score', 'calibrated_score'] as const
export type ScoreName = (typeof SCORES)[number]
export type ModelScores = { readonly name: string; readonly slug: string; readonly score: ScoreName; readonly bins: ScoreBins }

export type ScoreGatherer = { see(row: DatasetRow): void; all(): readonly ModelScores[] }

/** The first models of a data set; more are in the data, and not drawn. */
const MOST_MODELS = 64

export function createScoreGatherer(): ScoreGatherer {
  const found = new Map<string, ModelScores>()
  const models = new Set<string>()
  return {
    see(row) {
      // What a stranger says of its own score is no score.
      if (!row.authentic) return
      const name = modelName(row)
      if (!models.has(name) && models.size >= MOST_MODELS) return
      models.add(name)
      for (const score of SCORES) {
        const value = score === 'raw_score' ? row.rawScore : row.calibratedScore
        if (value === null || value < 0 || value > 1) continue
        const key = `${score} ${name}`
        let gathered = found.get(key)
        if (gathered === undefined) found.set(key, gathered = { name, slug: `${slugOf(name)}-${score}`, score, bins: emptyBins() })
        addScore(gathered.bins, value, row.label)
      }
    },
    all: () => [...found.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1)),
  }
}

const modelName = ({ modelVersion, modelHash }: DatasetRow): string => `${modelVersion ?? 'no version'}${modelHash === null ? '' : ` (${modelHash.slice(0, 12)})`}`

/** A name for a file: what is left of the model's, and enough of its hash that no two are one. */
const slugOf = (name: string): string => `${name.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 40) || 'model'}-${sha256Hex(utf8ToBytes(name)).slice(0, 8)}`
