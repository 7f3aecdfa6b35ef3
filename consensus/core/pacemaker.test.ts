import { describe, expect, test } from 'vitest'
import { txOf } from '../../domain/execution/testing/network.js'
import { asView } from '../../domain/ids.js'
import { blockOn, proposalOf, qcOf, root, rootQc, tcOf, timeoutOf } from './testing/forge.js'
import { createOneCore, refusalsOf, timersIn, votesIn, type OneCore } from './testing/one-core.js'

const b1 = blockOn(root, 1)
const timeoutsIn = (effects: ReturnType<OneCore['submit']>) => effects.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'timeout' ? [effect.message.timeout] : []))

describe('the idle rule', () => {
  test('without work no timer is set, and with work exactly one a view', () => {
    const core = createOneCore(0)
    expect(core.start().at(-1)).toEqual({ type: 'clear-timer' })
    core.pool.push(txOf(1))
    expect(timersIn(core.submit({ type: 'transactions-available' }))).toEqual([1000])
    expect(timersIn(core.submit({ type: 'transactions-available' }))).toEqual([])
    core.pool.length = 0
    expect(core.submit({ type: 'transactions-available' })).toEqual([{ type: 'clear-timer' }])
  })

  test('a leader without work proposes nothing', () => {
    expect(createOneCore(1).start().map(({ type }) => type)).toEqual(['set-timer', 'clear-timer'])
  })

  test('one validator that gives up alone moves nobody', () => {
    const core = createOneCore(0)
    for (let i = 0; i < 3; i++) expect(timeoutsIn(core.hear({ type: 'timeout', timeout: timeoutOf(3, 1, rootQc) }, 3))).toEqual([])
    expect(core.engine.status().view).toBe(1)
  })
})

describe('giving up', () => {
  test('two others are enough to join, once, and the joined timeout is sent again until the view changes', () => {
    const core = createOneCore(0)
    core.hear({ type: 'timeout', timeout: timeoutOf(3, 1, rootQc) }, 3)
    const joined = core.hear({ type: 'timeout', timeout: timeoutOf(4, 1, rootQc) }, 4)
    expect(timeoutsIn(joined)).toHaveLength(1)
    expect(timersIn(joined)).toHaveLength(1)
    expect(timeoutsIn(core.submit({ type: 'timer', view: asView(1) }))).toHaveLength(1)
    const certified = core.hear({ type: 'timeout', timeout: timeoutOf(2, 1, rootQc) }, 2)
    expect(core.engine.status()).toMatchObject({ view: 2, viewChanges: 1 })
    expect(certified.some((effect) => effect.type === 'broadcast' && effect.message.type === 'timeout-certificate')).toBe(true)
    expect(certified.some(({ type }) => type === 'clear-timer')).toBe(true)
  })

  test('the record is on disk before the timeout leaves', () => {
    const core = createOneCore(0)
    core.pool.push(txOf(1))
    core.start()
    const types = core.submit({ type: 'timer', view: asView(1) }).map(({ type }) => type).filter((type) => type !== 'report')
    expect(types).toEqual(['persist-safety', 'broadcast', 'set-timer'])
  })

  test('a view that was given up gets no vote, however good the proposal', () => {
    const core = createOneCore(0)
    core.pool.push(txOf(1))
    core.start()
    core.submit({ type: 'timer', view: asView(1) })
    expect(votesIn(core.propose(proposalOf(b1)))).toEqual([])
    expect(refusalsOf(core)).toEqual(['view-not-above-last-vote'])
  })

  test('a timer of a view that has passed does nothing', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(b1))
    core.hear({ type: 'timeout-certificate', tc: tcOf(1, [rootQc, rootQc, rootQc, rootQc]) })
    expect(timeoutsIn(core.submit({ type: 'timer', view: asView(1) }))).toEqual([])
  })
})

describe('a timeout is refused', () => {
  test.each([
    ['certificate-does-not-match', { ...timeoutOf(3, 2, qcOf(b1)), highQcView: asView(0) }],
    ['certificate-does-not-match', timeoutOf(3, 1, qcOf(b1))],
    ['no-entry-proof', timeoutOf(3, 5, qcOf(b1))],
    ['no-entry-proof', timeoutOf(3, 5, qcOf(b1), tcOf(3, [rootQc, rootQc, rootQc, rootQc]))],
    ['bad-signature', { ...timeoutOf(3, 1, rootQc), sender: timeoutOf(4, 1, rootQc).sender }],
    ['bad-certificate', timeoutOf(3, 2, qcOf(b1, [0, 1, 2]))],
    ['bad-timeout-certificate', timeoutOf(3, 5, qcOf(b1), tcOf(4, [rootQc, rootQc, rootQc]))],
  ])('%s (%#)', (reason, timeout) => {
    const core = createOneCore(0)
    core.hear({ type: 'timeout', timeout }, 3)
    expect(refusalsOf(core)).toEqual([reason])
    expect(core.engine.status().view).toBe(1)
  })
})
