/** What the API reads from: the read models and the length of the log. It never writes. */
import type pg from 'pg'
import type { SqlRunner } from '../projections/sql/statement.js'
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

/** What resolvers read from: SQL through a pool, or through the snapshot of one request. */
export type ReadSources = Omit<ApiSources, 'sql'> & { readonly sql: SqlRunner }

/** Only their positions are read, so whatever runs a query will do: a request that holds a connection must not wait for another. */
export const projectionsOf = (sources: ApiSources, sql: SqlRunner): readonly Projection[] =>
  sources.projections ?? createProjections({ sql: sql as pg.Pool, timelines: sources.timelines })
