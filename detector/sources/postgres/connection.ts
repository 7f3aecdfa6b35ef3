/** One connection to PostgreSQL that comes back: questions about flows are reads, and may be asked again. */
import pg from 'pg'
import { SourceError } from '../errors.js'
import { isAway, sourceErrorFrom } from './errors.js'

export type FlowConnection = {
  /** Rows as arrays of text. Waits for a server that is away, and says so once. Throws SourceError. */
  rows(sql: string, values: readonly unknown[], signal: AbortSignal): Promise<(string | null)[][]>
  /** The same connection for whatever `work` asks. */
  with<T>(work: (client: pg.Client) => Promise<T>, signal: AbortSignal): Promise<T>
  close(): Promise<void>
}

export type ConnectionOptions = {
  readonly url: string
  /** The table, in words. */
  readonly what: string
  /** False: a server that is away is an error. */
  readonly patient: boolean
  readonly onWarning: (sentence: string) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
const CONNECT_WITHIN_MS = 10_000
/** Numbers, times and addresses as the server writes them: exact, and read by the same code as files. */
const asText = { getTypeParser: () => (value: string) => value }

export function createFlowConnection({ url, what, patient, onWarning }: ConnectionOptions): FlowConnection {
  let client: pg.Client | undefined
  let isReported = false

  async function connected(): Promise<pg.Client> {
    if (client !== undefined) return client
    const fresh = clientFor(url, what)
    // A connection lost while nobody asks anything: the next question finds it closed.
    fresh.on('error', () => { if (client === fresh) client = undefined })
    await fresh.connect()
    await fresh.query("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'; SET default_transaction_read_only = on; SET application_name = 'cybermesh-detector'")
    client = fresh
    return fresh
  }

  async function drop(): Promise<void> {
    const old = client
    client = undefined
    await old?.end().catch(() => undefined)
  }

  async function withClient<T>(work: (client: pg.Client) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted()
      try {
        const result = await work(await connected())
        if (isReported) onWarning(`${what}: PostgreSQL answers again, reading goes on`)
        isReported = false
        return result
      } catch (error) {
        await drop()
        if (!patient || !isAway(error)) throw sourceErrorFrom(error, what)
        if (!isReported) onWarning(`${sourceErrorFrom(error, what).message}; trying again until it does`)
        isReported = true
        await pause(pauseMs, signal)
      }
    }
  }

  return {
    rows: (sql, values, signal) => withClient(async (connection) =>
      (await connection.query<(string | null)[]>({ text: sql, values: [...values], rowMode: 'array', types: asText })).rows, signal),
    with: withClient,
    close: drop,
  }
}

function clientFor(connectionString: string, what: string): pg.Client {
  try {
    if (!/^postgres(ql)?:\/\//.test(connectionString)) throw new Error('no postgres:// address')
    return new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_WITHIN_MS, keepAlive: true })
  } catch (cause) {
    throw new SourceError('BAD_ADDRESS', what, 'its address must look like postgres://USER:PASSWORD@HOST:5432/DATABASE', { cause })
  }
}

/** Ends early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
