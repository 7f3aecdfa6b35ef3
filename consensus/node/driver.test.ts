import { afterEach, describe, expect, test, vi } from 'vitest'
import { txOf } from '../../domain/execution/testing/network.js'
import { asMillis, asView } from '../../domain/ids.js'
import type { Engine } from '../core/engine.js'
import type { PeerMessage } from '../core/messages.js'
import type { Effect, Event } from '../core/protocol.js'
import type { SafetyRecord } from '../core/safety-rules.js'
import { blockOn, idOf, proposalOf, qcOf, root, timeoutOf, rootQc, voteOf } from '../core/testing/forge.js'
import { createOneCore, freshRecord } from '../core/testing/one-core.js'
import { createDriver, type DriverPorts } from './driver.js'

afterEach(() => vi.useRealTimers())

/** Ports that write down what was done, in order; `disk` can be told to refuse. */
function recording(disk: { refuses?: 'safety' | 'blocks' } = {}) {
  const done: string[] = []
  const saved: SafetyRecord[] = []
  const storedBlocks = new Set<string>()
  const fatal: unknown[] = []
  const onSend = (message: PeerMessage): void => {
    done.push(`send ${message.type}`)
    const record = saved.at(-1) ?? freshRecord
    // What leaves must already be remembered: this is the rule that keeps a restarted validator honest.
    if (message.type === 'vote') {
      expect(record.lastVote).toEqual(message.vote)
      expect(storedBlocks).toContain(message.vote.data.blockHash)
    }
    if (message.type === 'timeout') expect(record.lastVotedView).toBeGreaterThanOrEqual(message.timeout.view)
    if (message.type === 'proposal') expect(record.lastProposedView).toBe(message.proposal.block.header.view)
  }
  const refuse = (what: 'safety' | 'blocks'): void => { if (disk.refuses === what) throw new Error(`the ${what} disk is full`) }
  const ports = {
    clock: { now: () => asMillis(blockOn(root, 1).header.timestamp) },
    safety: { save: (record: SafetyRecord) => { refuse('safety'); saved.push(record); done.push('save') }, halt: () => void done.push('halt') },
    blocks: {
      saveBlock: ({ hash }: { hash: string }) => { refuse('blocks'); storedBlocks.add(hash); done.push('store block') },
      hold: () => undefined,
      commit: () => { refuse('blocks'); done.push('store commit') },
    },
    send: (_: unknown, message: PeerMessage) => onSend(message),
    broadcast: onSend,
    fetch: () => done.push('fetch'),
    onCommit: () => done.push('tell commit'),
    onReport: () => undefined,
    onFatal: (error: unknown) => fatal.push(error),
  } as unknown as DriverPorts
  return { done, saved, fatal, ports }
}
const b1 = blockOn(root, 1, { transactions: [txOf(1)] })
const b2 = blockOn(b1, 2)
const heard = (message: PeerMessage, from = 1): Event => ({ type: 'message', from: idOf(from), message })

describe('disk before wire, with the real core', () => {
  test('votes, proposals and timeouts leave only after the record that forbids contradicting them', () => {
    const { done, fatal, ports } = recording()
    const core = createOneCore(2)
    core.pool.push(txOf(1))
    const driver = createDriver(core.engine, ports)
    driver.submit(heard({ type: 'proposal', proposal: proposalOf(b1) }))
    expect(done).toEqual(['store block', 'save', 'send vote'])
    // With the certificate of view 1 this validator leads view 2: it proposes, and votes for what it proposes.
    driver.submit(heard({ type: 'sync-info', info: { highQc: qcOf(b1), highTc: undefined, committedHeight: 0 as never } }))
    expect(done.slice(3)).toEqual(['store block', 'save', 'send vote', 'send proposal'])
    driver.submit({ type: 'timer', view: asView(2) })
    expect(done.slice(7)).toEqual(['save', 'send timeout'])
    expect(fatal).toEqual([])
    driver.stop()
  })

  test.each([['safety' as const], ['blocks' as const]])('when the %s disk refuses, nothing is sent and nothing more is signed', (refuses) => {
    const { done, fatal, ports } = recording({ refuses })
    const driver = createDriver(createOneCore(0).engine, ports)
    driver.submit(heard({ type: 'proposal', proposal: proposalOf(b1) }))
    expect(fatal).toMatchObject([{ message: `the ${refuses} disk is full` }])
    expect(done.filter((step) => step.startsWith('send'))).toEqual([])
    driver.submit(heard({ type: 'timeout', timeout: timeoutOf(1, 1, rootQc) }))
    driver.submit(heard({ type: 'timeout', timeout: timeoutOf(3, 1, rootQc) }, 3))
    expect(done.filter((step) => step.startsWith('send'))).toEqual([])
  })

  test('what a step sends leaves before its commit is told; commits are stored together a moment later', () => {
    vi.useFakeTimers()
    const { done, ports } = recording()
    const driver = createDriver(createOneCore(0).engine, ports)
    const b3 = blockOn(b2, 3)
    for (const block of [b1, b2, b3, blockOn(b3, 4)]) driver.submit(heard({ type: 'proposal', proposal: proposalOf(block) }))
    // The third proposal certifies the second, which commits the first; the fourth commits the second.
    const told = done.indexOf('tell commit')
    expect(done[told - 1]).toBe('send vote')
    expect(done.filter((step) => step === 'tell commit')).toHaveLength(2)
    expect(done).not.toContain('store commit')
    vi.advanceTimersByTime(1000)
    expect(done.filter((step) => step === 'store commit')).toHaveLength(1)
    driver.stop()
  })

  test('a driver that is stopped stores what was committed', () => {
    const { done, ports } = recording()
    const driver = createDriver(createOneCore(0).engine, ports)
    for (const block of [b1, b2, blockOn(b2, 3)]) driver.submit(heard({ type: 'proposal', proposal: proposalOf(block) }))
    driver.stop()
    expect(done.at(-1)).toBe('store commit')
  })
})

describe('the queue', () => {
  const engineOf = (step: (event: Event) => readonly Effect[]): Engine => ({ step, status: () => { throw new Error('not asked') }, nextBlock: () => { throw new Error('not asked') }, isLate: () => false, kept: () => { throw new Error('not asked') } })

  test('an event that arises while effects are carried out waits for its turn', () => {
    const order: string[] = []
    const { ports } = recording()
    const driver = createDriver(engineOf((event) => {
      order.push(`step ${event.type}`)
      return event.type === 'start' ? [{ type: 'fetch', from: idOf(1), target: b1.hash, fromHeight: 1 as never }, { type: 'clear-timer' }] : []
    }), { ...ports, fetch: () => { driver.submit({ type: 'transactions-available' }); order.push('fetched') } })
    driver.submit({ type: 'start' })
    expect(order).toEqual(['step start', 'fetched', 'step transactions-available'])
  })

  test('a newer timer replaces the older one, a cleared or stopped one never goes off', () => {
    vi.useFakeTimers()
    const fired: number[] = []
    const driver = createDriver(engineOf((event) => {
      if (event.type === 'timer') fired.push(event.view)
      if (event.type === 'start') return [{ type: 'set-timer', view: asView(1), delayMs: 10 }, { type: 'set-timer', view: asView(2), delayMs: 10 }]
      return event.type === 'transactions-available' ? [{ type: 'set-timer', view: asView(3), delayMs: 10 }, { type: 'clear-timer' }, { type: 'set-timer', view: asView(4), delayMs: 50 }] : []
    }), recording().ports)
    driver.submit({ type: 'start' })
    vi.advanceTimersByTime(20)
    driver.submit({ type: 'transactions-available' })
    vi.advanceTimersByTime(20)
    driver.stop()
    vi.advanceTimersByTime(100)
    expect(fired).toEqual([2])
  })

  test('an error in a step is fatal and said, and the driver takes nothing more', () => {
    const { fatal, ports } = recording()
    let steps = 0
    const driver = createDriver(engineOf(() => { steps += 1; throw new Error('a node of the state is missing') }), ports)
    driver.submit({ type: 'start' })
    driver.submit({ type: 'start' })
    expect({ steps, fatal }).toMatchObject({ steps: 1, fatal: [{ message: 'a node of the state is missing' }] })
  })
})

test('a node that must stop sends and stores nothing after that, and says why', () => {
  const { done, fatal, ports } = recording()
  const core = createOneCore(0, {}, [], true)
  const driver = createDriver(core.engine, ports)
  driver.submit(heard({ type: 'vote', vote: voteOf(0, b1) }))
  driver.submit(heard({ type: 'proposal', proposal: proposalOf(b1) }))
  expect(done).toEqual(['halt'])
  expect(fatal).toMatchObject([{ code: 'HALTED', message: expect.stringContaining('this key voted in view 1') as string }])
})
