/** Runs one postgres process on a free loopback port and waits until it answers. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import pg from 'pg'
import type { PostgresBinaries } from './binaries.js'
import { EmbeddedPostgresError } from './errors.js'
import { cleanEnvironment, DATABASE_USER, type Database } from './initialise.js'
import type { RunAs } from './run-as.js'

export const DATABASE_NAME = 'cybermesh'
const START_PATIENCE_MS = 60_000
const ATTEMPTS = 20

export type RunningServer = { readonly child: ChildProcess; readonly port: number; readonly url: string }

export type ServerOptions = {
  readonly database: Database
  readonly binaries: PostgresBinaries
  readonly user: RunAs | undefined
  readonly log: (line: string) => void
}

export async function runServer(options: ServerOptions): Promise<RunningServer> {
  let lastLines: string[] = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort()
    const lines: string[] = []
    const child = spawnPostgres(options, port, (line) => {
      lines.push(line)
      options.log(line)
    })
    try {
      await untilAnswers(child, urlOf(options.database, port, 'postgres'))
      return { child, port, url: urlOf(options.database, port, DATABASE_NAME) }
    } catch (error) {
      child.kill('SIGQUIT')
      lastLines = lines.slice(-5)
      // Someone took the port in between, or processes of a killed server are still going away.
      if (!lines.some((line) => /could not bind|Address already in use|shared memory block|is another postmaster/i.test(line))) {
        throw new EmbeddedPostgresError('START_FAILED', `PostgreSQL did not start: ${lastLines.join(' ') || String(error)}`, { cause: error })
      }
      await sleep(250)
    }
  }
  throw new EmbeddedPostgresError('START_FAILED', `PostgreSQL did not start after ${ATTEMPTS} attempts: ${lastLines.join(' ')}`)
}

export const urlOf = ({ password }: Database, port: number, database: string): string =>
  `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${database}`

function spawnPostgres({ database, binaries, user }: ServerOptions, port: number, onLine: (line: string) => void): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 60, fsync: 'on',
    // No replication: the read models are rebuilt from the event log, so bulk work need not be logged for replicas.
    wal_level: 'minimal', max_wal_senders: 0, log_min_messages: 'warning', log_checkpoints: 'off', timezone: 'UTC',
  }
  const args = ['-D', database.pgdata, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  // Its own process group: Ctrl-C reaches us, and we decide when the database stops.
  const child = spawn(binaries.postgres, args, { cwd: database.pgdata, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'], detached: true, ...user })
  createInterface(child.stderr).on('line', onLine)
  child.once('error', (error) => onLine(error.message))
  return child
}

async function untilAnswers(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_PATIENCE_MS
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) throw new Error('postgres ended')
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await createDatabaseOnce(client)
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
    } finally {
      await client.end().catch(() => undefined)
    }
    await sleep(15)
  }
}

async function createDatabaseOnce(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE_NAME])
  if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE_NAME}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new EmbeddedPostgresError('START_FAILED', 'no free loopback port was found')
  return address.port
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
