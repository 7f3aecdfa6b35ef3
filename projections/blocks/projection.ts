/** Blocks, transactions, state versions, validators and anomalies as SQL tables: the read model of most questions. */
import type pg from 'pg'
import type { EventData } from '../../domain/events/schema.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { forEachEvent } from '../runtime/fold.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { createAnomalyFold, isAnomalyEvent } from './anomaly-changes.js'
import { addTotals } from './sql/add-totals.js'
import { insertBlocks, type CommittedBlock } from './sql/insert-blocks.js'
import { insertEvidence } from './sql/insert-evidence.js'
import { insertStateVersions } from './sql/insert-state-versions.js'
import { insertTransactions } from './sql/insert-transactions.js'
import { readAnomalyStates } from './sql/read-anomaly-states.js'
import { readStandings } from './sql/read-standings.js'
import { upsertValidators } from './sql/upsert-validators.js'
import { writeAnomalies } from './sql/write-anomalies.js'
import { writeCustody } from './sql/write-custody.js'
import { writeStandings } from './sql/write-standings.js'
import { createStandingFold } from './standing-changes.js'
import { createValidatorFold } from './validator-changes.js'

export const BLOCKS_PROJECTION = { name: 'blocks', version: 1 } as const

export const createBlocksProjection = (pool: pg.Pool): Projection => createSqlProjection(pool, {
  ...BLOCKS_PROJECTION,
  tables: ['blocks', 'transactions', 'state_versions', 'validators', 'evidence', 'anomalies', 'lifecycle_totals'],
  fold: foldBlocks,
})

export async function foldBlocks(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> {
  const anomalies = createAnomalyFold(await readAnomalyStates(client, anomalyIdsOf(entries)))
  const validators = createValidatorFold()
  const standings = createStandingFold(await readStandings(client))
  const blocks: CommittedBlock[] = []
  const reports: EventData<'ReportRecorded'>[] = []
  forEachEvent(entries, (recorded) => {
    anomalies.visit(recorded)
    validators.visit(recorded)
    standings.visit(recorded)
    if (recorded.event.type === 'BlockCommitted') blocks.push({ block: recorded.event.data, position: recorded.position })
    if (recorded.event.type === 'ReportRecorded') reports.push(recorded.event.data)
  })
  const changes = anomalies.finish()
  return [
    ...insertBlocks(blocks),
    ...insertTransactions(blocks),
    ...writeCustody(reports),
    ...insertStateVersions(blocks),
    ...upsertValidators(validators.finish()),
    ...writeStandings(standings.finish()),
    ...insertEvidence(blocks),
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
