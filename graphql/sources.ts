/** What the API reads from: the read models and the length of the log. It never writes. */
import type pg from 'pg'
import type { RoundTable } from './round-table.js'
import { createProjections, type Projection, type TimelineStore } from '../projections/index.js'

export type ApiSources = {
  readonly sql: pg.Pool
  readonly timelines: TimelineStore
  readonly log: { length(): Promise<number> }
  /** Whose positions are shown; those of `createProjections` unless named. */
  readonly projections?: readonly Projection[]
  /** Where the validators stand; nobody where it is absent. */
  readonly roundTable?: RoundTable
}

export const projectionsOf = (sources: ApiSources): readonly Projection[] => sources.projections ?? createProjections(sources)
