/** The system's PostgreSQL 15: the oldest that is tested, and another build than the one from npm. */
import { existsSync } from 'node:fs'
import { binariesIn, type PostgresBinaries } from '../binaries.js'

const FOLDER = '/usr/lib/postgresql/15'

const isInstalled = existsSync(`${FOLDER}/bin/postgres`)
/** Wrap describe.skipIf with it: a full run takes its absence for a failure. */
export const skipsPostgres15 = !isInstalled && process.env.CYBERMESH_FULL !== '1'
export const NO_POSTGRES_15 = 'PostgreSQL 15 is not installed (apt install postgresql-15); these tests run it'

export function postgres15(): PostgresBinaries {
  if (!isInstalled) throw new Error(NO_POSTGRES_15)
  return binariesIn(FOLDER, '15')
}
