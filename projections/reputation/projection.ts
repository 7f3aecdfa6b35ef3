/** Reputation of producers and validators: where they stand, and every change with its height and reason. */
import type pg from 'pg'
import { writeLives } from '../lives/sql-lives.js'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { createReputationFold } from './fold.js'
import { insertChanges } from './sql/insert-changes.js'
import { readKnown } from './sql/read-known.js'
import { writeLabels } from './sql/write-labels.js'
import { writeLeaders } from './sql/write-leaders.js'
import { writeProducers } from './sql/write-producers.js'

export const REPUTATION_PROJECTION = { name: 'reputation', version: 1 } as const

export const createReputationProjection = (pool: pg.Pool): Projection => createSqlProjection(pool, {
  ...REPUTATION_PROJECTION,
  tables: ['state_reputation', 'leader_scores', 'reputation_changes', 'reputation_lives', 'reputation_labels'],
  fold: foldReputation,
})

export async function foldReputation(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> {
  const fold = createReputationFold(await readKnown(client, entries))
  forEachEvent(entries, fold.visit)
  const { lives, verdicts, producers, leaders, changes } = fold.finish()
  return [...writeProducers(producers), ...writeLeaders(leaders), ...insertChanges(changes), ...writeLives('reputation_lives', lives), ...writeLabels(verdicts)]
}
