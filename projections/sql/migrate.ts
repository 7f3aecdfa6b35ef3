/**
 * Brings a database to the shape this program needs: each file of migrations/ is one step with one statement, run
 * once and recorded. No advisory lock and no multi-statement transaction: CockroachDB has neither for schema changes,
 * so every step can be run again and starters that race simply repeat.
 */
import type pg from 'pg'
import { packageFile } from '../../platform/package-root.js'
import { findDialect } from './dialect.js'
import { createRecord } from './migrations/create-record.js'
import { readRecord } from './migrations/read-record.js'
import { readSteps, type Step } from './migrations/read-steps.js'
import { recordStep } from './migrations/record-step.js'
import { withSqlRetry } from './retry.js'

export class MigrationError extends Error {
  readonly code = 'MIGRATION'
  constructor(readonly step: string, sentence: string, options?: ErrorOptions) {
    super(`migration ${step}: ${sentence}`, options)
    this.name = 'MigrationError'
  }
}

/**
 * A step is small, safe to repeat, and nothing can start without it, so a start is patient: where every second answer
 * is lost, eight attempts for each of fifty steps would fail one start in five; twenty fail one in twenty thousand.
 */
const PATIENT = { attempts: 20, longestDelayMs: 500 } as const

/** Runs the steps that are missing and returns their names. Throws MigrationError naming the step. */
export async function migrate(pool: pg.Pool, folder = packageFile('migrations')): Promise<readonly string[]> {
  await repeatRaces(() => createRecord(pool))
  const steps = await readSteps(folder, await findDialect(pool))
  const done = await withSqlRetry(() => readRecord(pool), PATIENT)
  const ran: string[] = []
  for (const step of steps) {
    const checksum = done.get(step.name)
    if (checksum !== undefined && checksum !== step.checksum) {
      throw new MigrationError(step.name, 'the file was changed after it had run; restore it and add a new step instead')
    }
    if (checksum !== undefined) continue
    await runStep(pool, step)
    ran.push(step.name)
  }
  return ran
}

async function runStep(pool: pg.Pool, step: Step): Promise<void> {
  try {
    await repeatRaces(() => pool.query(step.sql))
    await withSqlRetry(() => recordStep(pool, step), PATIENT)
  } catch (error) {
    throw new MigrationError(step.name, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Two starters creating one table at once collide in the catalogue, IF NOT EXISTS or not; the second try finds it. */
const RACES = new Set(['23505', '42P07', '42710', 'XX000'])

async function repeatRaces<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withSqlRetry(run, PATIENT)
    } catch (error) {
      if (attempt === 10 || !RACES.has(String((error as { code?: unknown }).code))) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
    }
  }
}
