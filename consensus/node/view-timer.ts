/**
 * The timer of a view, which measures how long the network was silent and not how long this process was held up. After a
 * pause (a long write, a machine that has other work) timers run before what arrived meanwhile is read; a view given up
 * then is one that nobody was slow in. So a timer that comes late waits once more for as long as it was late.
 */
import type { View } from '../../domain/ids.js'

export type ViewTimer = { set(view: View, delayMs: number): void; clear(): void }

/** What a timer may be late by on a machine with nothing else to do. */
const LATE_MS = 50

/** @param now milliseconds that never run backwards */
export function createViewTimer(onDue: (view: View) => void, now: () => number): ViewTimer {
  let timer: NodeJS.Timeout | undefined

  const clear = (): void => clearTimeout(timer)
  const start = (view: View, delayMs: number, mayWait: boolean): void => {
    clear()
    const dueAt = now() + delayMs
    timer = setTimeout(() => {
      const lateMs = now() - dueAt
      // Never longer than the view itself was given: a timer must fire in the end, however slow the machine is.
      if (mayWait && lateMs > LATE_MS) start(view, Math.min(lateMs, delayMs), false)
      else onDue(view)
    }, delayMs)
  }
  return { set: (view, delayMs) => start(view, delayMs, true), clear }
}
