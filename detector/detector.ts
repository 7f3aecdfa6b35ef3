/**
 * From records to incidents: the synchronous heart of the detector. It reads no clock, opens no file and draws no random
 * number; time comes in with the records, identifiers through a function.
 */
import { newCounting, type Moment } from './counting.js'
import { countLeftOut, type Counts } from './counts.js'
import { modelVersionOf } from './engines/default-engines.js'
import type { Engine } from './engines/engine.js'
import type { Incident, KnownIncident } from './incidents/incident-book.js'
import type { ScoreBook } from './incidents/score-book.js'
import { newJudging } from './judging.js'
import type { DetectorRules } from './policy/detector-rules.js'
import type { SourceItem } from './sources/records.js'

const NO_INCIDENTS: readonly Incident[] = []

export type Detector = {
  readonly modelVersion: string
  readonly counts: Counts
  /** Takes one item and returns the incidents that it brought to light. */
  accept(item: SourceItem): readonly Incident[]
  /** The end of a recording: closes everything open. The engines keep what they learned, the incidents are forgotten. */
  finish(): readonly Incident[]
}

/**
 * @param rulesNow what committed policies ask of verdicts at this moment
 * @param scores looks at every flow and says what incidents carry of it
 * @param earlier incidents of an earlier run over the same flows: they are not opened again
 */
export function newDetector(
  engines: readonly Engine[], newId: () => string, rulesNow?: () => DetectorRules, earlier: readonly KnownIncident[] = [], scores?: ScoreBook,
): Detector {
  const judging = newJudging({ engines, newId, rulesNow, earlier, scores })
  const { counts } = judging
  const ofSources = engines.filter((engine) => engine.watches.includes('source-window'))
  const counting = newCounting({ keepsFlows: judging.needsFlows, isWorth: (attempts) => ofSources.some((engine) => engine.mayDecideOfSource?.(attempts) ?? true) })
  const judgeAll = (moments: readonly Moment[]): readonly Incident[] => (moments.length === 0 ? NO_INCIDENTS : moments.flatMap(judging.judgeMoment))

  return {
    modelVersion: modelVersionOf(engines),
    counts,
    accept(item) {
      switch (item.kind) {
        case 'packet':
          counts.packets += 1
          return judgeAll(counting.accept(item))
        case 'flow': {
          const incidents = judgeAll(counting.accept(item))
          const ofRecord = judging.judgeRecord(item)
          return ofRecord.length === 0 ? incidents : [...incidents, ...ofRecord]
        }
        case 'tick': return judgeAll(counting.accept(item))
        case 'skipped':
        case 'notice':
          countLeftOut(counts, item)
          return NO_INCIDENTS
      }
    },
    finish: () => judging.judgeMoment(counting.finish()),
  }
}
