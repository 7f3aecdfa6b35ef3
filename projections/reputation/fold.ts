/** Folds the log into where producers and validators stand, and into the history of how they came there. */
import type { RecordedEvent } from '../../eventlog/log.js'
import { createLives, type Life } from '../lives/lives.js'
import type { KnownReputation, LeaderScore, ProducerStanding, ReputationChange } from './changes.js'
import { createLeaderScores } from './leader-scores.js'
import { reasonOf, standingAfter } from './producer-standings.js'

export type ReputationNews = {
  readonly lives: ReadonlyMap<string, Life>
  readonly producers: ReadonlyMap<string, ProducerStanding>
  readonly leaders: ReadonlyMap<string, LeaderScore>
  readonly changes: readonly ReputationChange[]
}

export type ReputationFold = { visit(recorded: Pick<RecordedEvent, 'event' | 'position'>): void; finish(): ReputationNews }

export function createReputationFold(known: KnownReputation): ReputationFold {
  const lives = createLives(known.lives)
  const leaders = createLeaderScores(known.leaders)
  const producers = new Map<string, ProducerStanding>()
  const changes: ReputationChange[] = []
  const tell = (change: Omit<ReputationChange, 'number'>): void => { changes.push({ number: known.nextNumber + changes.length, ...change }) }

  return {
    visit({ event, position }) {
      if (event.type === 'BlockCommitted') {
        const { height, at } = event.data
        for (const { validator, ...step } of leaders.follow(event.data)) tell({ kind: 'validator', subject: validator, position, height, at, ...step })
      }
      const move = lives.follow(event)
      if (move === undefined) return
      const { producer } = move.after
      const before = producers.get(producer) ?? known.producers.get(producer)
      const after = standingAfter(before, move, leaders.height())
      if (after === undefined) return
      producers.set(producer, after)
      const scoreBefore = before?.score ?? 100
      if (after.score !== scoreBefore) {
        tell({ kind: 'producer', subject: producer, position, height: leaders.height(), before: scoreBefore, after: after.score, reason: reasonOf(move), at: move.at })
      }
    },
    finish: () => ({ lives: lives.changed(), producers, leaders: leaders.changed(), changes }),
  }
}
