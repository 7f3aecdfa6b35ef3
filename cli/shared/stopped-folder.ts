/**
 * The engines of a stopped data folder, for the time of one command: database, event log and timelines. Holds the
 * folder's lock meanwhile, so that `up` and another command never work on the same database.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { startEmbeddedPostgres } from '../../platform/postgres/index.js'
import { createProjections, createSqlPool, migrate, runProjection, upgradeProjection, type TimelineStore } from '../../projections/index.js'
import type { Layout } from '../data-folder/layout.js'
import type { DataFolder } from '../data-folder/open.js'
import type { AnyLog } from '../roles/engines.js'
import { hasLog, openFolderLog } from './folder-log.js'
import { hasTimelines, openTimelinesOf } from './folder-timelines.js'
import { holdLock, type ProcessLock } from './process-lock.js'
import type { Progress } from './progress.js'
import { UserError } from './user-error.js'

export const blockStoreFolder = (layout: Layout, validator: string): string => join(layout.validator(validator), 'chain')

/** Throws where there is no log, or none that can be read. */
export function openLogOf({ layout, genesis }: DataFolder): Promise<AnyLog> {
  hasLog(layout)
  return openFolderLog(layout, { chainId: genesis.chainId, create: false })
}

export type ReadModels = { readonly sql: pg.Pool; readonly log: AnyLog; readonly timelines: TimelineStore }

/** Brings every read model to the end of the log, then works on them. @param cancelled by whoever handles signals; absent: a signal ends the process */
export function withReadModels<T>(data: DataFolder, progress: Progress, work: (models: ReadModels) => Promise<T>, cancelled?: AbortSignal): Promise<T> {
  return withDatabase(data, progress, async (url) => {
    const log = await openLogOf(data)
    hasTimelines(data.layout)
    const sql = createSqlPool({ url })
    const timelines = await openTimelinesOf(data.layout)
    try {
      await migrate(sql)
      await catchUp({ sql, log, timelines }, progress, cancelled ?? new AbortController().signal)
      return await work({ sql, log, timelines })
    } finally {
      await timelines.close()
      await sql.end()
      await log.close()
    }
  }, cancelled)
}

async function catchUp({ sql, log, timelines }: ReadModels, progress: Progress, signal: AbortSignal): Promise<void> {
  await Promise.all(createProjections({ sql, timelines }).map(async (projection) => {
    await upgradeProjection({ log, projection, signal })
    await runProjection({
      log, projection, signal, untilEnd: true,
      onProgress: ({ name, position, lagEvents }) => { if (lagEvents > 0) progress.show(`bringing ${name} up to the event log: ${position} of ${position + lagEvents}`) },
      onLost: (error) => process.stderr.write(`cybermesh: ${error.message}\n`),
    })
  }))
}

/** Runs the folder's database while `work` lasts. */
export async function withDatabase<T>({ layout }: DataFolder, progress: Progress, work: (url: string) => Promise<T>, cancelled?: AbortSignal): Promise<T> {
  const lock = await takeFolderLock(layout.lock)
  // Leaving through exit() lets the database be stopped; dying of the signal would not.
  const leave = (): never => process.exit(130)
  const signals = cancelled === undefined ? ['SIGINT', 'SIGTERM'] as const : []
  for (const name of signals) process.once(name, leave)
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: layout.postgres })
    if (postgres.notice !== undefined) progress.show(postgres.notice)
    try {
      return await work(postgres.url)
    } finally {
      await postgres.stop()
    }
  } finally {
    for (const name of signals) process.off(name, leave)
    lock.release()
  }
}

const LOCK_WITHIN_MS = 30_000

/** Another short command may hold it; `up` starting or stopping may too. */
export async function takeFolderLock(path: string): Promise<ProcessLock> {
  const deadline = Date.now() + LOCK_WITHIN_MS
  for (;;) {
    try {
      return holdLock(path, 'cybermesh')
    } catch (error) {
      if (!(error instanceof UserError) || Date.now() > deadline) throw error
      await sleep(100)
    }
  }
}
