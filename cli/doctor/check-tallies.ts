/**
 * Do the read models that count say what the log says, each as of the position it stands at? The log is summed up by
 * the folds of the read models, in memory: an event that these refuse is a dead letter there and is passed over here.
 */
import type { DomainEvent } from '../../domain/events/schema.js'
import type { Position } from '../../domain/ids.js'
import { createLives } from '../../projections/lives/lives.js'
import { NOTHING_KNOWN } from '../../projections/reputation/changes.js'
import { createReputationFold } from '../../projections/reputation/fold.js'
import { refusalsOf } from '../../projections/reputation/producer-standings.js'
import { fail, listed, ok, type Finding } from './finding.js'
import type { LogVisitor } from './log-visitor.js'
import { COUNTING_MODELS, type CountingModel, type Tallies, type Tally } from './read-tallies.js'

/** @param positions where each read model stands */
export function checkTallies(sql: Tallies, positions: ReadonlyMap<string, number>): LogVisitor {
  const log: Record<CountingModel, LogTally> = { calibration: tallyEnds(), reputation: tallyReputation(), counters: tallyMoves() }
  const standsAt = (model: CountingModel): number => positions.get(model) ?? 0
  return {
    visit(entry) {
      if (entry.kind !== 'event') return
      const { event } = entry.recorded
      for (const model of COUNTING_MODELS) {
        if (entry.position < standsAt(model)) passOver(() => log[model].follow(event, entry.position))
      }
    },
    finish: () => COUNTING_MODELS.map((model) => compare(model, standsAt(model), sql[model], log[model].tally())),
  }
}

type LogTally = { follow(event: DomainEvent, position: Position): void; tally(): Tally }

function passOver(follow: () => void): void {
  try {
    follow()
  } catch {
    // The check of lifecycles names it.
  }
}

const add = (tally: Map<string, number>, words: readonly string[], by: number): void => {
  const what = words.filter((word) => word !== '').join(' ')
  tally.set(what, (tally.get(what) ?? 0) + by)
}

function tallyEnds(): LogTally {
  const lives = createLives(new Map())
  return {
    follow: (event) => void lives.follow(event),
    tally() {
      const tally = new Map<string, number>()
      for (const { state, reason } of lives.changed().values()) add(tally, [state === 'PUBLISHED' || state === 'ADMITTED' ? 'in flight' : state, reason], 1)
      return tally
    },
  }
}

function tallyMoves(): LogTally {
  const lives = createLives(new Map())
  const tally = new Map<string, number>()
  return {
    follow(event) {
      const move = lives.follow(event)
      if (move?.before !== undefined) add(tally, [move.before.state, move.before.reason, 'left'], 1)
      if (move !== undefined) add(tally, [move.after.state, move.after.reason, 'entered'], 1)
    },
    tally: () => tally,
  }
}

function tallyReputation(): LogTally {
  const fold = createReputationFold(NOTHING_KNOWN)
  return {
    follow: (event, position) => fold.visit({ event, position }),
    tally() {
      const { producers, leaders, changes } = fold.finish()
      return new Map([
        ...[...producers].flatMap(([id, standing]): [string, number][] =>
          [[`score of producer ${id}`, standing.score], [`messages of producer ${id}`, standing.committed + refusalsOf(standing)]]),
        ...[...leaders].map(([id, { score }]): [string, number] => [`score of validator ${id}`, score]),
        ['changes', changes.length],
      ])
    },
  }
}

function compare(model: CountingModel, position: number, sql: Tally, log: Tally): Finding {
  const words = [...new Set([...sql.keys(), ...log.keys()])].sort()
  const faults = words.filter((what) => (sql.get(what) ?? 0) !== (log.get(what) ?? 0)).map((what) => `${what} is ${sql.get(what) ?? 0} in SQL and ${log.get(what) ?? 0} in the log`)
  return faults.length === 0
    ? ok(`sql ${model}`, `equal to the log at position ${position}`)
    : fail(`sql ${model}`, `${listed(faults)}; rebuild the read model with \`cybermesh rebuild ${model}\``)
}
