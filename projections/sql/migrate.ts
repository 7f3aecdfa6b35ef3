/**
 * Brings a database to the shape this program needs: each file of migrations/ is one step with one statement, run
 * once and recorded. No advisory lock and no multi-statement transaction: CockroachDB has neither for schema changes,
 * so every step can be run again and starters that race simply repeat.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { packageFile } from '../../platform/package-root.js'
import { withSqlRetry } from './retry.js'

export class MigrationError extends Error {
  readonly code = 'MIGRATION'
  constructor(readonly step: string, sentence: string, options?: ErrorOptions) {
    super(`migration ${step}: ${sentence}`, options)
    this.name = 'MigrationError'
  }
}

type Step = { readonly name: string; readonly sql: string; readonly checksum: string }

/** Runs the steps that are missing and returns their names. Throws MigrationError naming the step. */
export async function migrate(pool: pg.Pool, folder = packageFile('migrations')): Promise<readonly string[]> {
  await repeatRaces(() => pool.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)'))
  const steps = await readSteps(folder)
  const { rows } = await withSqlRetry(() => pool.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migrations'))
  const done = new Map(rows.map(({ name, checksum }) => [name, checksum]))
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

async function readSteps(folder: string): Promise<Step[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => {
    const sql = await readFile(join(folder, name), 'utf8')
    return { name: name.slice(0, -'.sql'.length), sql, checksum: createHash('sha256').update(sql).digest('hex') }
  }))
}

async function runStep(pool: pg.Pool, { name, sql, checksum }: Step): Promise<void> {
  try {
    await repeatRaces(() => pool.query(sql))
    await withSqlRetry(() => pool.query(
      'INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, now()) ON CONFLICT (name) DO NOTHING', [name, checksum]))
  } catch (error) {
    throw new MigrationError(name, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Two starters creating one table at once collide in the catalogue, IF NOT EXISTS or not; the second try finds it. */
const RACES = new Set(['23505', '42P07', '42710', 'XX000'])

async function repeatRaces<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withSqlRetry(run)
    } catch (error) {
      if (attempt === 10 || !RACES.has(String((error as { code?: unknown }).code))) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
    }
  }
}
