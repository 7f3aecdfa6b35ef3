/**
 * A real PostgreSQL in a data folder: made on the first start, on a free loopback port, with a random password, and
 * restartable after any kind of death. It never listens beyond this machine and never runs as root.
 */
import { join, resolve } from 'node:path'
import { findBinaries, type PostgresBinaries } from './binaries.js'
import { ensureDatabase } from './initialise.js'
import { endProcess, sendSignal, stopLeftover } from './leftover.js'
import { giveUpOwnership, takeOwnership } from './owner.js'
import { placeDatabase } from './placement.js'
import { postgresUser } from './run-as.js'
import { runServer } from './server.js'

export { EmbeddedPostgresError } from './errors.js'

export type EmbeddedPostgresOptions = {
  /** Folder for the database; made when absent. */
  readonly dataDir: string
  /** Takes the lines that PostgreSQL writes. */
  readonly log?: (line: string) => void
  /** Other programs than those that npm installed. */
  readonly binaries?: PostgresBinaries
}

export type EmbeddedPostgres = {
  /** `postgres://user:password@127.0.0.1:port/cybermesh`. */
  readonly url: string
  readonly port: number
  /** Where the database really lies. */
  readonly dataDir: string
  /** A sentence for the operator where the database or its programs had to be put elsewhere. */
  readonly notice: string | undefined
  /** Process number of the postmaster. */
  readonly pid: number
  /** Fast shutdown; immediate shutdown where that takes too long. */
  stop(): Promise<void>
}

/** Throws EmbeddedPostgresError with a code and a sentence that says what to do. */
export async function startEmbeddedPostgres({ dataDir, log = () => undefined, binaries: wanted = findBinaries() }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(dataDir)
  const user = postgresUser()
  const { home, binaries, notice } = await placeDatabase(folder, wanted, user)
  takeOwnership(folder)
  try {
    await stopLeftover(join(home, 'pgdata'))
    const database = await ensureDatabase(home, binaries, user)
    const { child, port, url } = await runServer({ database, binaries, user, log })
    const pid = child.pid as number
    const stopWithUs = (): void => { sendSignal(pid, 'SIGINT') }
    process.once('exit', stopWithUs)
    let stopping: Promise<void> | undefined
    const stop = async (): Promise<void> => {
      const ended = child.exitCode === null && child.signalCode === null
        ? new Promise((done) => child.once('exit', done))
        : Promise.resolve()
      await endProcess(pid)
      await ended
      process.off('exit', stopWithUs)
      giveUpOwnership(folder)
    }
    return { url, port, dataDir: database.pgdata, notice, pid, stop: () => (stopping ??= stop()) }
  } catch (error) {
    giveUpOwnership(folder)
    throw error
  }
}
