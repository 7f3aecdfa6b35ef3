import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { asView } from '../../domain/ids.js'
import { createViewTimer } from './view-timer.js'

let clockMs = 0
const pass = (ms: number): void => {
  clockMs += ms
  vi.advanceTimersByTime(ms)
}
/** The process stands still: time passes, and no timer runs until it goes on. */
const standStill = (ms: number): void => { clockMs += ms }

beforeEach(() => {
  clockMs = 0
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

function started(delayMs: number): number[] {
  const due: number[] = []
  createViewTimer((view) => void due.push(view), () => clockMs).set(asView(7), delayMs)
  return due
}

test('a timer that is on time says so', () => {
  const due = started(1000)
  pass(999)
  expect(due).toEqual([])
  pass(1)
  expect(due).toEqual([7])
})

test('one that was held up waits for as long as it was late', () => {
  const due = started(1000)
  standStill(400)
  pass(1000)
  expect(due).toEqual([])
  pass(399)
  expect(due).toEqual([])
  pass(1)
  expect(due).toEqual([7])
})

test('it waits once, and never longer than the view was given', () => {
  const due = started(1000)
  standStill(60_000)
  pass(1000)
  standStill(60_000)
  pass(999)
  expect(due).toEqual([])
  pass(1)
  expect(due).toEqual([7])
})

test('it does not fire when it was cleared while it waited', () => {
  const due: number[] = []
  const timer = createViewTimer((view) => void due.push(view), () => clockMs)
  timer.set(asView(7), 1000)
  standStill(500)
  pass(1000)
  timer.clear()
  pass(10_000)
  expect(due).toEqual([])
})
