/** What the API reads from, and what it may do where it may do anything. */
import type pg from 'pg'
import type { SqlRunner } from '../projections/sql/statement.js'
import type { FollowedLog } from './subscriptions/feed.js'
import type { OperatorActions } from '../eventlog/operator-actions.js'
import type { Jobs } from './mutations/jobs.js'
import type { Submit } from './mutations/submit.js'
import type { RoundTable } from './round-table.js'
import { createProjections, type Projection, type TimelineStore } from '../projections/index.js'

export type ApiSources = {
  readonly sql: pg.Pool
  readonly timelines: TimelineStore
  readonly log: FollowedLog
  /** Whose positions are shown; those of `createProjections` unless named. */
  readonly projections?: readonly Projection[]
  /** Where the validators stand; nobody where it is absent. */
  readonly roundTable?: RoundTable
  /** Of the published audit tree; absent: nothing is proved. */
  readonly auditFolder?: string
  /** Work on read models; absent where the API only reads. */
  readonly jobs?: Jobs
  /** The way to the topics; absent where the API may not write. */
  readonly submit?: Submit
  /** The audit trail of what operators do. */
  readonly actions?: OperatorActions
  /** Told of what callers do not get to see. */
  readonly report?: (error: unknown) => void
  /** Ids of the validators in the order of the validator set, to name who signed a certificate. */
  readonly validatorSet?: readonly string[]
}

/** What resolvers read from: SQL through a pool, or through the snapshot of one request. */
export type ReadSources = Omit<ApiSources, 'sql'> & { readonly sql: SqlRunner }

/** Only their positions are read, so whatever runs a query will do: a request that holds a connection must not wait for another. */
export const projectionsOf = (sources: ApiSources, sql: SqlRunner): readonly Projection[] =>
  sources.projections ?? createProjections({ sql: sql as pg.Pool, timelines: sources.timelines })
