/** Makes the database folder once, with a random password; a half-made folder of a killed process is made again. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PostgresBinaries } from './binaries.js'
import { EmbeddedPostgresError } from './errors.js'
import type { RunAs } from './run-as.js'

export const DATABASE_USER = 'cybermesh'

export type Database = { readonly pgdata: string; readonly password: string; readonly isNew: boolean }

export async function ensureDatabase(home: string, binaries: PostgresBinaries, user: RunAs | undefined): Promise<Database> {
  const pgdata = join(home, 'pgdata')
  const passwordFile = join(home, 'password')
  if (existsSync(join(pgdata, 'PG_VERSION')) && existsSync(passwordFile)) {
    const major = Number.parseInt(readFileSync(join(pgdata, 'PG_VERSION'), 'utf8'), 10)
    if (major !== binaries.major) {
      throw new EmbeddedPostgresError('OTHER_VERSION', `${pgdata} was made by PostgreSQL ${major}, the programs are ${binaries.major}; delete that folder, the read models are built again from the event log`)
    }
    return { pgdata, password: readFileSync(passwordFile, 'utf8').trim(), isNew: false }
  }

  const password = randomBytes(24).toString('base64url')
  const unfinished = join(home, 'pgdata.unfinished')
  for (const leftover of [unfinished, pgdata]) rmSync(leftover, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeSecret(passwordFile, password)
  if (user !== undefined) chownSync(unfinished, user.uid, user.gid)
  // initdb wants an empty folder, so the password it reads lies beside it, in a folder only its user can enter.
  const secretFolder = join(home, 'initdb')
  rmSync(secretFolder, { recursive: true, force: true })
  mkdirSync(secretFolder, { mode: 0o700 })
  writeSecret(join(secretFolder, 'password'), password)
  if (user !== undefined) for (const path of [secretFolder, join(secretFolder, 'password')]) chownSync(path, user.uid, user.gid)
  try {
    await runInitdb(binaries, user, unfinished, join(secretFolder, 'password'), home)
  } finally {
    rmSync(secretFolder, { recursive: true, force: true })
  }
  renameSync(unfinished, pgdata)
  return { pgdata, password, isNew: true }
}

function writeSecret(file: string, secret: string): void {
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

function runInitdb(binaries: PostgresBinaries, user: RunAs | undefined, pgdata: string, passwordFile: string, cwd: string): Promise<void> {
  const args = ['-D', pgdata, '-U', DATABASE_USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-instructions']
  return new Promise((resolve, reject) => {
    const output: string[] = []
    const child = spawn(binaries.initdb, args, { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], ...user })
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    child.once('error', (cause) => reject(new EmbeddedPostgresError('INITDB_FAILED', `initdb cannot be run: ${cause.message}`, { cause })))
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new EmbeddedPostgresError('INITDB_FAILED', `initdb failed in ${cwd}: ${output.join('').trim().split('\n').slice(-3).join(' ')}`))
    })
  })
}

/** Nothing of the caller's locale, libpq variables or secrets reaches PostgreSQL. */
export const cleanEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' })
