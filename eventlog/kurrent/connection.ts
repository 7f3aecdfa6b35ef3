/**
 * The connection to the server: one client at a time, made anew when it broke. What fails because of the connection is
 * tried again with pauses that double up to a limit, until patience ends; every failure is a sentence.
 */
import { KurrentDBClient } from '@eventstore/db-client'
import { EventLogError } from '../errors.js'
import { failureOf } from './failures.js'
import { createPatience, type Patience } from './patience.js'

export type Connection = {
  /** Runs `work`, which may be repeated, until it succeeds, fails for a reason of its own, or patience ends. */
  run<T>(work: (client: KurrentDBClient) => Promise<T>): Promise<T>
  /** Runs `work` once. `broken`: the connection failed, and the server may have carried it out all the same. */
  once<T>(work: (client: KurrentDBClient) => Promise<T>): Promise<{ readonly kind: 'done'; readonly value: T } | { readonly kind: 'broken'; readonly error: EventLogError }>
  /** The client of this moment, for streams that outlive a call. */
  client(): KurrentDBClient
  /** Makes the next call use a new client. */
  renew(broken: KurrentDBClient): void
  readonly isClosed: () => boolean
  patience(): Patience
  close(): Promise<void>
}

export type OpenConnection = {
  readonly url: string
  /** How long a call may go on failing before it gives up, ms. */
  readonly patienceMs: number
}

/** A server that neither answers nor ends the call would otherwise be waited for without end. */
const ANSWER_WITHIN_MS = 15_000

export function openConnection({ url, patienceMs }: OpenConnection): Connection {
  let current: KurrentDBClient | undefined = createClient(url)
  const closing = new AbortController()
  const client = (): KurrentDBClient => (current ??= createClient(url))
  const disposals = new Set<Promise<unknown>>()
  const dispose = (broken: KurrentDBClient): void => {
    const disposal = endOfTurn().then(() => broken.dispose()).catch(() => undefined).finally(() => disposals.delete(disposal))
    disposals.add(disposal)
  }
  const renew = (broken: KurrentDBClient): void => {
    if (current !== broken) return
    current = undefined
    dispose(broken)
  }

  const once: Connection['once'] = async (work) => {
    if (closing.signal.aborted) throw new EventLogError('CLOSED', 'log', `the event log at ${hostOf(url)} was closed`)
    const used = client()
    try {
      return { kind: 'done', value: await answered(work(used)) }
    } catch (error) {
      const failure = failureOf(error, hostOf(url))
      if (failure.kind === 'final') throw failure.error
      renew(used)
      return { kind: 'broken', error: failure.error }
    }
  }

  return {
    client, renew, once,
    isClosed: () => closing.signal.aborted,
    async run(work) {
      const patience = createPatience(patienceMs, closing.signal)
      for (;;) {
        const outcome = await once(work)
        if (outcome.kind === 'done') return outcome.value
        await patience.pauseAfter(outcome.error)
      }
    },
    patience: () => createPatience(patienceMs, closing.signal),
    async close() {
      closing.abort()
      if (current !== undefined) dispose(current)
      current = undefined
      await Promise.all(disposals)
    },
  }
}

/**
 * A server that dies resets one stream after the other. Cancelling the next one between two of them makes Node's HTTP/2
 * write empty frames of the first into memory without end (seen with 20.20); a turn later all of them are closed.
 */
const endOfTurn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

function answered<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function createClient(url: string): KurrentDBClient {
  try {
    // The old scheme names the same protocol; the client complains about it on the console.
    return KurrentDBClient.connectionString(url.replace(/^esdb(\+discover)?:/, 'kurrentdb$1:'))
  } catch {
    throw new EventLogError('BAD_URL', 'eventlog', `the event log's address is not one of EventStoreDB or KurrentDB; write it like kurrentdb://host:2113?tls=true`)
  }
}

/** Hosts and ports of a connection string: never the password in it. */
export const hostOf = (url: string): string => url.replace(/^[^:]*:\/\//, '').replace(/^[^/]*@/, '').replace(/[/?].*$/, '')
