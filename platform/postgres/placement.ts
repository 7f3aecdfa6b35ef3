/**
 * Decides where the database and its programs lie: in the data folder and in node_modules, or, where the user that
 * PostgreSQL runs as cannot go there, under /var/lib/cybermesh. Never reuses a database of a data folder that was
 * deleted since: each data folder carries a random name, and the database belongs to that name.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { binariesIn, type PostgresBinaries } from './binaries.js'
import { EmbeddedPostgresError } from './errors.js'
import { stopLeftover } from './leftover.js'
import { canReach, type RunAs } from './run-as.js'

export const SHARED_FOLDER = '/var/lib/cybermesh'
/** In the data folder: its random name. */
const INSTANCE_FILE = 'instance'
/** In the home: whose it is. */
const OWNER_FILE = 'data-folder'

export type Placement = {
  /** Holds the database folder and the password file. */
  readonly home: string
  readonly binaries: PostgresBinaries
  /** Says what was put elsewhere and why. */
  readonly notice: string | undefined
}

export async function placeDatabase(dataDir: string, binaries: PostgresBinaries, user: RunAs | undefined): Promise<Placement> {
  mkdirSync(dataDir, { recursive: true })
  if (user === undefined) return { home: dataDir, binaries, notice: undefined }
  const real = realpathSync(dataDir)
  const hasHome = canReach(user, real)
  const hasBinaries = canReach(user, join(realpathSync(binaries.folder), 'bin'))
  if (hasHome && hasBinaries) return { home: real, binaries, notice: undefined }

  const home = hasHome ? real : await homeElsewhere(real)
  const reachable = hasBinaries ? binaries : copyBinaries(binaries)
  const moved = [
    ...(hasHome ? [] : [`the SQL database lies in ${home}`]),
    ...(hasBinaries ? [] : [`its programs in ${reachable.folder}`]),
  ].join(' and ')
  return { home, binaries: reachable, notice: `PostgreSQL does not run as root, and user nobody cannot enter ${hasHome ? binaries.folder : real}: ${moved}` }
}

async function homeElsewhere(dataDir: string): Promise<string> {
  const nameFile = join(dataDir, INSTANCE_FILE)
  if (!existsSync(nameFile)) writeFileSync(nameFile, `${randomBytes(16).toString('hex')}\n`)
  const home = join(SHARED_FOLDER, homeName(dataDir) as string)
  if (existsSync(home)) return home
  makeSharedFolder()
  await removeAbandonedHomes()
  mkdirSync(home, { mode: 0o755 })
  chmodSync(home, 0o755)
  writeFileSync(join(home, OWNER_FILE), `${dataDir}\n${hostname()}\n`)
  return home
}

/** Undefined for a folder that is gone. */
function homeName(dataDir: string): string | undefined {
  const nameFile = join(dataDir, INSTANCE_FILE)
  if (!existsSync(nameFile)) return undefined
  return createHash('sha256').update(`${dataDir}\0${readFileSync(nameFile, 'utf8').trim()}`).digest('hex').slice(0, 24)
}

/** A data folder that was deleted, or made again, leaves its database behind; 60 MB each add up. */
async function removeAbandonedHomes(): Promise<void> {
  for (const name of readdirSync(SHARED_FOLDER)) {
    const home = join(SHARED_FOLDER, name)
    const owner = join(home, OWNER_FILE)
    if (!existsSync(owner)) continue
    const [dataDir, host] = readFileSync(owner, 'utf8').split('\n')
    // Another container may share this folder without sharing its data folder.
    if (host !== hostname() || dataDir === undefined || homeName(dataDir) === name) continue
    await stopLeftover(join(home, 'pgdata'))
    rmSync(home, { recursive: true, force: true })
  }
}

function copyBinaries(binaries: PostgresBinaries): PostgresBinaries {
  const folder = join(SHARED_FOLDER, `postgres-${binaries.version}-${process.arch}`)
  if (existsSync(folder)) return binariesIn(folder, binaries.version)
  makeSharedFolder()
  const unfinished = `${folder}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  cpSync(binaries.folder, unfinished, { recursive: true, verbatimSymlinks: true })
  makeReadable(unfinished)
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Another process was faster; its copy is the same.
    if (!existsSync(folder)) throw error
  }
  return binariesIn(folder, binaries.version)
}

function makeReadable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) makeReadable(path)
    else if (entry.isFile()) chmodSync(path, folder.endsWith('bin') ? 0o755 : 0o644)
  }
}

function makeSharedFolder(): void {
  try {
    mkdirSync(SHARED_FOLDER, { recursive: true })
    chmodSync(SHARED_FOLDER, 0o755)
  } catch (cause) {
    throw new EmbeddedPostgresError('NO_PLACE', `PostgreSQL does not run as root and ${SHARED_FOLDER} cannot be made; choose a data folder that every user can enter, or name a server of your own with --sql`, { cause })
  }
}
