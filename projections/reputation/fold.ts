/** Folds the log into where producers and validators stand, and into the history of how they came there. */
import type { RecordedEvent } from '../../eventlog/log.js'
import { createLives, type Life } from '../lives/lives.js'
import { labelOf, verdictIn, verdictsAfter, type GivenVerdict, type StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import type { KnownReputation, LeaderScore, ProducerStanding, ReputationChange } from './changes.js'
import { createLeaderScores } from './leader-scores.js'
import { reasonOf, standingAfter, standingAfterLabel } from './producer-standings.js'

export type ReputationNews = {
  readonly lives: ReadonlyMap<string, Life>
  readonly verdicts: ReadonlyMap<string, readonly StandingVerdict[]>
  readonly producers: ReadonlyMap<string, ProducerStanding>
  readonly leaders: ReadonlyMap<string, LeaderScore>
  readonly changes: readonly ReputationChange[]
}

export type ReputationFold = { visit(recorded: Pick<RecordedEvent, 'event' | 'position'>): void; finish(): ReputationNews }

export function createReputationFold(known: KnownReputation): ReputationFold {
  const lives = createLives(known.lives)
  const leaders = createLeaderScores(known.leaders)
  const producers = new Map<string, ProducerStanding>()
  const verdicts = new Map<string, readonly StandingVerdict[]>()
  const changes: ReputationChange[] = []
  const tell = (change: Omit<ReputationChange, 'number'>): void => { changes.push({ number: known.nextNumber + changes.length, ...change }) }

  const standingOf = (producer: string): ProducerStanding | undefined => producers.get(producer) ?? known.producers.get(producer)

  /** A verdict counts for the producer whose signature the anomaly carries. */
  function judge(given: GivenVerdict, position: number): void {
    const { anomalyId } = given.verdict
    const producer = (lives.changed().get(anomalyId) ?? known.lives.get(anomalyId))?.producer ?? ''
    if (producer === '') return
    const standing = verdicts.get(anomalyId) ?? known.verdicts.get(anomalyId) ?? []
    const now = verdictsAfter(standing, given)
    verdicts.set(anomalyId, now)
    const before = standingOf(producer)
    const after = standingAfterLabel(before, labelOf(standing), labelOf(now), leaders.height(), given.at)
    producers.set(producer, after)
    const scoreBefore = before?.score ?? 100
    if (after.score === scoreBefore) return
    const reason = after.score < scoreBefore ? 'FALSE_POSITIVE' : 'VERDICT_CHANGED'
    tell({ kind: 'producer', subject: producer, position, height: leaders.height(), before: scoreBefore, after: after.score, reason, at: given.at })
  }

  return {
    visit({ event, position }) {
      if (event.type === 'BlockCommitted') {
        const { height, at } = event.data
        for (const { validator, ...step } of leaders.follow(event.data)) tell({ kind: 'validator', subject: validator, position, height, at, ...step })
      }
      const given = verdictIn(event)
      if (given !== undefined) judge(given, position)
      const move = lives.follow(event)
      if (move === undefined) return
      const { producer } = move.after
      const before = standingOf(producer)
      const after = standingAfter(before, move, leaders.height())
      if (after === undefined) return
      producers.set(producer, after)
      const scoreBefore = before?.score ?? 100
      if (after.score !== scoreBefore) {
        tell({ kind: 'producer', subject: producer, position, height: leaders.height(), before: scoreBefore, after: after.score, reason: reasonOf(move), at: move.at })
      }
    },
    finish: () => ({ lives: lives.changed(), verdicts, producers, leaders: leaders.changed(), changes }),
  }
}
