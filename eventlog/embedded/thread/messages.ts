/** What the thread that appends is told and what it answers, and the numbers that both see. */
import type { OpenTables } from '../tables.js'
import type { AppendPart, Taken } from './part.js'

export type ThreadOptions = Omit<OpenTables, 'create' | 'chainId'> & { readonly shared: SharedArrayBuffer }

/** An append is `begin`, its parts, and `end`; or `abandon`, where a later event is not what its schema says. */
export type ToThread =
  | { readonly kind: 'begin'; /** Events in all parts together. */ readonly events: number }
  | { readonly kind: 'part'; readonly part: AppendPart }
  | { readonly kind: 'end' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'close' }

/** One for each append, in order. */
export type FromThread =
  | { readonly kind: 'taken'; readonly taken: Taken }
  /** Nothing was written; whoever can answer has to decide. */
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

/** Grows with every message, and wakes the thread that waits for one in the middle of its transaction. */
const POSTED = 0
/** 1 while the thread is in a transaction, or opens or closes the store. */
const BUSY = 1
/** 1 once it must not begin another. */
const STOPPED = 2

export const newShared = (): SharedArrayBuffer => new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)

export function signPosted(shared: SharedArrayBuffer): void {
  const numbers = new Int32Array(shared)
  Atomics.add(numbers, POSTED, 1)
  Atomics.notify(numbers, POSTED)
}

/** Gives what `take` finds, asking again after each message. */
export function waitFor<T>(shared: SharedArrayBuffer, take: () => T | undefined): T {
  const numbers = new Int32Array(shared)
  for (;;) {
    const posted = Atomics.load(numbers, POSTED)
    const taken = take()
    if (taken !== undefined) return taken
    Atomics.wait(numbers, POSTED, posted)
  }
}

/** Runs a transaction, or what else must not be cut off, unless the program is about to end. */
export function whileBusy<T>(shared: SharedArrayBuffer, work: () => T): T | undefined {
  const numbers = new Int32Array(shared)
  Atomics.store(numbers, BUSY, 1)
  try {
    return Atomics.load(numbers, STOPPED) === 1 ? undefined : work()
  } finally {
    Atomics.store(numbers, BUSY, 0)
    Atomics.notify(numbers, BUSY)
  }
}

/**
 * Waits until the thread is in no transaction and will not be in one. A thread that is stopped in a transaction never
 * ends, since LMDB waits for it to leave; the program would not end either.
 */
export function stopBetweenTransactions(shared: SharedArrayBuffer): void {
  const numbers = new Int32Array(shared)
  Atomics.store(numbers, STOPPED, 1)
  while (Atomics.load(numbers, BUSY) === 1) Atomics.wait(numbers, BUSY, 1)
}
