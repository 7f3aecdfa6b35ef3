/** A log, a migrated database and timelines for one projection test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/index.js'
import type { TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createProjections, migrate, openEmbeddedTimelines, runProjection, type Projection, type TimelineStore } from '../index.js'

export type ProjectionHarness = {
  readonly log: EmbeddedLog
  readonly sql: pg.Pool
  readonly timelines: TimelineStore
  readonly projections: readonly Projection[]
  readonly paths: { readonly log: string; readonly timelines: string }
  /** Runs all projections to the end of the log. */
  catchUp(): Promise<void>
  close(): Promise<void>
}

export async function createHarness(postgres: Pick<TestPostgres, 'createDatabase'>): Promise<ProjectionHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-projections-'))
  const sql = await postgres.createDatabase(migrate)
  const paths = { log: join(folder, 'log'), timelines: join(folder, 'timelines') }
  const log = await openEmbeddedLog(paths.log)
  const timelines = await openEmbeddedTimelines(paths.timelines)
  const projections = createProjections({ sql, timelines })
  return {
    log, sql, timelines, projections, paths,
    async catchUp() {
      const { signal } = new AbortController()
      await Promise.all(projections.map((projection) => runProjection({ log, projection, signal, untilEnd: true })))
    },
    async close() {
      await timelines.close()
      await log.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
