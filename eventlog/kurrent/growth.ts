/**
 * Tells readers when the log grows: one subscription to the log's end for all who wait, while anybody does, made again
 * where it broke off.
 */
import { START } from '@eventstore/db-client'
import { pause } from '../../platform/pause.js'
import { createPatience } from './patience.js'
import { readLength, type Source } from './read.js'

export type Growth = {
  /** Resolves with the length as soon as it exceeds `length`; with less when `signal` aborts or the log is closed. */
  waitFor(length: number, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

/** A reader that waits comes back soon: the subscription outlives it for this long. */
const LINGER_MS = 2000

type Waiter = { readonly beyond: number; readonly wake: (length: number) => void }

export function createGrowth(source: Source): Growth {
  const { connection, names } = source
  const waiters = new Set<Waiter>()
  let known = 0
  let following: { readonly stop: AbortController; readonly done: Promise<void> } | undefined
  let idle: NodeJS.Timeout | undefined

  const wakeAll = (): void => {
    for (const waiter of waiters) if (known > waiter.beyond) waiter.wake(known)
  }

  async function follow(signal: AbortSignal): Promise<void> {
    let patience = createPatience(Infinity, signal)
    known = Math.max(known, await readLength(source))
    wakeAll()
    while (!signal.aborted) {
      const client = connection.client()
      const subscription = client.subscribeToStream(names.order, { fromRevision: known === 0 ? START : BigInt(known - 1) })
      const stop = (): void => {
        subscription.unsubscribe().catch(() => undefined)
        subscription.destroy()
      }
      signal.addEventListener('abort', stop, { once: true })
      try {
        for await (const { event } of subscription) {
          if (event === undefined) continue
          known = Math.max(known, Number(event.revision) + 1)
          patience = createPatience(Infinity, signal)
          wakeAll()
        }
      } catch {
        if (!signal.aborted) connection.renew(client)
      } finally {
        signal.removeEventListener('abort', stop)
      }
      if (!signal.aborted) await patience.pauseAfter(new Error('the subscription broke off'))
    }
  }

  const begin = (): void => {
    clearTimeout(idle)
    if (following !== undefined) return
    const stop = new AbortController()
    following = { stop, done: follow(stop.signal).catch(() => { following = undefined }) }
  }
  const end = async (): Promise<void> => {
    clearTimeout(idle)
    const ending = following
    following = undefined
    ending?.stop.abort()
    await ending?.done
  }

  return {
    async waitFor(length, signal) {
      if (signal.aborted || connection.isClosed()) return length
      begin()
      if (known > length) {
        // What is known here may be news to a reader for a moment only: never spin.
        await pause(0, signal)
        return known
      }
      return new Promise((resolve) => {
        const finish = (result: number): void => {
          waiters.delete(waiter)
          signal.removeEventListener('abort', giveUp)
          if (waiters.size === 0) {
            clearTimeout(idle)
            idle = setTimeout(() => void end(), LINGER_MS).unref()
          }
          resolve(result)
        }
        const giveUp = (): void => finish(length)
        const waiter: Waiter = { beyond: length, wake: finish }
        waiters.add(waiter)
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
    async close() {
      for (const waiter of waiters) waiter.wake(waiter.beyond)
      await end()
    },
  }
}
