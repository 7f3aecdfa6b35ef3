import { describe, expect, test } from 'vitest'
import type { Block } from '../../domain/block.js'
import { txOf } from '../../domain/execution/testing/network.js'
import { asMillis, asView } from '../../domain/ids.js'
import { blockOn, proposalOf, qcOf, root, rootQc } from './testing/forge.js'
import { createOneCore, timersIn, type OneCore } from './testing/one-core.js'
import { timeoutMs } from './view-time.js'

const BASE_MS = 1000
const lateAfter = (core: OneCore, ms: number): boolean => core.engine.isLate(asMillis(core.now + ms))

/** A core that follows, and the chain it is shown: each view takes as long as it is told. @returns the timer of the next one */
function followed(): { core: OneCore; view: (tookMs: number) => number | undefined } {
  const core = createOneCore(0)
  // Something always waits here that no leader takes up: it is too old.
  core.now += 600_000
  core.pool.push(txOf(1))
  core.start()
  let tip: Block = root
  return {
    core,
    view(tookMs) {
      tip = blockOn(tip, tip.header.view + 1)
      core.propose(proposalOf(tip))
      core.now += tookMs
      return timersIn(core.hear({ type: 'sync-info', info: { highQc: qcOf(tip), highTc: undefined, committedHeight: root.header.height } })).at(-1)
    },
  }
}

test('a timer grows with each lost view, up to three times the base', () => {
  const delays = Array.from({ length: 2000 }, (_, k) => timeoutMs(BASE_MS, k, 0))
  expect(delays.slice(0, 3)).toEqual([1000, 1200, 1440])
  expect(Math.max(...delays)).toBe(3000)
})

describe('the time of a view', () => {
  test('is the base while views take less than a third of it', () => {
    const { view } = followed()
    expect([view(10), view(333)]).toEqual([BASE_MS, BASE_MS])
  })

  test('is three times what the slowest took, three times the base at most', () => {
    const { view } = followed()
    expect([view(600), view(900), view(60_000)]).toEqual([1800, 2700, 3000])
  })

  test('falls back to the base as views are fast again', () => {
    const { view } = followed()
    view(60_000)
    const delays = Array.from({ length: 60 }, () => view(10) ?? Number.NaN)
    expect(delays).toEqual([...delays].sort((a, b) => b - a))
    expect([delays[0], delays.at(-1)]).toEqual([2940, BASE_MS])
  })

  test('counts from where the view began, although it was given up meanwhile', () => {
    const { core, view } = followed()
    core.now += 1000
    expect(timersIn(core.submit({ type: 'timer', view: asView(1) }))).toEqual([BASE_MS])
    expect(view(0)).toBe(3000)
  })

  test('does not count quiet', () => {
    const { core, view } = followed()
    const waiting = core.pool.splice(0)
    core.submit({ type: 'transactions-available' })
    core.now += 3_600_000
    core.pool.push(...waiting)
    core.submit({ type: 'transactions-available' })
    expect(view(10)).toBe(BASE_MS)
  })

  test('does not count the wait for those who were not heard yet', () => {
    const core = createOneCore(0)
    core.pool.push(txOf(1))
    core.submit({ type: 'start' })
    core.now += 900
    const info = { highQc: rootQc, highTc: undefined, committedHeight: root.header.height }
    for (const peer of [1, 2, 3]) core.hear({ type: 'sync-info', info }, peer)
    core.now += 10
    expect(timersIn(core.hear({ type: 'sync-info', info: { ...info, highQc: qcOf(blockOn(root, 1)) } })).at(-1)).toBe(BASE_MS)
  })
})

describe('a view is late', () => {
  test('after a quarter of the base, until it is certified', () => {
    const { core, view } = followed()
    expect([lateAfter(core, 250), lateAfter(core, 251)]).toEqual([false, true])
    view(900)
    expect([lateAfter(core, 0), lateAfter(core, 250), lateAfter(core, 251)]).toEqual([false, false, true])
  })

  test('no longer once it was given up: nobody knows how long it still takes', () => {
    const { core } = followed()
    core.submit({ type: 'timer', view: asView(1) })
    expect(lateAfter(core, 60_000)).toBe(false)
  })

  test('never while there is nothing to agree on', () => {
    const core = createOneCore(0)
    core.start()
    expect(lateAfter(core, 60_000)).toBe(false)
  })
})
