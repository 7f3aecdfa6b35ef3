import { expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { createProgressWatch } from './health.js'

function watchAt(limitMs: number) {
  let nowMs = 0
  const watch = createProgressWatch(limitMs, () => nowMs)
  return { ...watch, after: (ms: number) => { nowMs += ms } }
}

test('a projection that is behind and does not move is told with its position, its lag and the last error', () => {
  const watch = watchAt(30_000)
  watch.saw('blocks', asPosition(10))
  watch.logIs(15)
  watch.after(30_000)
  expect(watch.reason()).toBeUndefined()
  watch.failed('blocks', 'connection refused')
  watch.after(1000)
  expect(watch.reason()).toBe('blocks stands still at 10 for 31 s while 5 events wait; the last error was: connection refused')
  watch.saw('blocks', asPosition(12))
  expect(watch.reason()).toBeUndefined()
})

test('one that has nothing to do is well, however long', () => {
  const watch = watchAt(1000)
  watch.logIs(10)
  watch.saw('blocks', asPosition(10))
  for (let i = 0; i < 100; i++) {
    watch.after(900)
    watch.logIs(10)
  }
  expect(watch.reason()).toBeUndefined()
  watch.logIs(11)
  watch.after(900)
  expect(watch.reason()).toBeUndefined()
  watch.after(200)
  expect(watch.reason()).toContain('1 events wait')
})

test('one that moves slowly is well, and so is one that another process runs', () => {
  const watch = watchAt(1000)
  watch.logIs(1000)
  for (let position = 0; position < 20; position++) {
    watch.saw('blocks', asPosition(position))
    watch.after(900)
    expect(watch.reason()).toBeUndefined()
  }
  watch.after(1000)
  watch.forget('blocks')
  expect(watch.reason()).toBeUndefined()
})
