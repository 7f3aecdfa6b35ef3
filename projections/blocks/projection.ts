/** Blocks, transactions, state versions, validators and anomalies as SQL tables: the read model of most questions. */
import type pg from 'pg'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { forEachEvent } from '../runtime/fold.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { createAnomalyFold, isAnomalyEvent } from './anomaly-changes.js'
import { addTotals } from './sql/add-totals.js'
import { insertBlocks, type CommittedBlock } from './sql/insert-blocks.js'
import { insertStateVersions } from './sql/insert-state-versions.js'
import { insertTransactions } from './sql/insert-transactions.js'
import { readAnomalyStates } from './sql/read-anomaly-states.js'
import { upsertValidators } from './sql/upsert-validators.js'
import { writeAnomalies } from './sql/write-anomalies.js'
import { createValidatorFold } from './validator-changes.js'

export const BLOCKS_PROJECTION = { name: 'blocks', version: 1 } as const

export const createBlocksProjection = (pool: pg.Pool): Projection => createSqlProjection(pool, {
  ...BLOCKS_PROJECTION,
  tables: ['blocks', 'transactions', 'state_versions', 'validators', 'anomalies', 'lifecycle_totals'],
  fold: foldBlocks,
})

export async function foldBlocks(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> {
  const anomalies = createAnomalyFold(await readAnomalyStates(client, anomalyIdsOf(entries)))
  const validators = createValidatorFold()
  const blocks: CommittedBlock[] = []
  forEachEvent(entries, (recorded) => {
    anomalies.visit(recorded)
    validators.visit(recorded)
    if (recorded.event.type === 'BlockCommitted') blocks.push({ block: recorded.event.data, position: recorded.position })
  })
  const changes = anomalies.finish()
  return [
    ...insertBlocks(blocks),
    ...insertTransactions(blocks),
    ...insertStateVersions(blocks),
    ...upsertValidators(validators.finish()),
    ...writeAnomalies(changes),
    ...addTotals(changes),
  ]
}

function anomalyIdsOf(entries: readonly BatchEntry[]): string[] {
  const ids = new Set<string>()
  for (const entry of entries) {
    if (entry.kind === 'event' && isAnomalyEvent(entry.recorded.event)) ids.add(entry.recorded.event.data.anomalyId)
  }
  return [...ids]
}
