/** Is every row of SQL and every entry of the timelines what the log gives? Each read model is built again beside the live one, compared and dropped. */
import { compareProjection, createProjections, type Projection, type TableDifference } from '../../projections/index.js'
import type { EventLog } from '../../eventlog/log.js'
import type pg from 'pg'
import type { TimelineStore } from '../../projections/index.js'
import type { Progress } from '../shared/progress.js'
import { differ } from './difference.js'

export type ReadModelsReport = { readonly compared: readonly string[]; readonly notCompared: readonly string[] }

/** Throws FoundDifference. */
export async function checkReadModels(log: EventLog, sql: pg.Pool, timelines: TimelineStore, length: number, progress: Progress): Promise<ReadModelsReport> {
  const compared: string[] = []
  const notCompared: string[] = []
  const signal = new AbortController().signal
  for (const projection of createProjections({ sql, timelines })) {
    const position = await checkPlace(projection, length)
    if (position === undefined) {
      notCompared.push(`${projection.name} (another version built it)`)
      continue
    }
    const { differences } = await compareProjection({ log, projection, signal, onProgress: (at) => progress.show(`building ${projection.name} again: ${at.position} of ${position}`) })
    if (differences === undefined) notCompared.push(`${projection.name} (a crash left its parts at different positions: they are equal again once the system has run)`)
    else if (differences[0] !== undefined) tell(projection.name, differences[0])
    else compared.push(`${projection.name} at ${position}`)
  }
  return { compared, notCompared }
}

/** Where the live version stands; undefined where it is of another version. */
async function checkPlace(projection: Projection, length: number): Promise<number | undefined> {
  const live = await projection.live?.()
  if (live !== undefined && live.version !== projection.version) return undefined
  const { position } = live?.checkpoint ?? await projection.checkpoint()
  if (position > length) differ(`${projection.name}, position`, `at most ${length}, where the log ends`, String(position))
  return position
}

function tell(name: string, { table, onlyLive, onlyRebuilt, differing, examples: [example] }: TableDifference): never {
  const column = example?.columns[0]
  const where = `${name}, table ${table}${example === undefined ? '' : `, row ${example.key}`}${column === undefined ? '' : `, ${column.name}`}`
  if (column !== undefined) return differ(where, JSON.stringify(column.rebuilt), JSON.stringify(column.live))
  if (example?.kind === 'only-rebuilt') return differ(where, 'the row', 'none')
  if (example?.kind === 'only-live') return differ(where, 'no such row', 'one')
  return differ(where, 'the rows that the log gives', `${onlyLive} too many, ${onlyRebuilt} missing, ${differing} with other values`)
}
