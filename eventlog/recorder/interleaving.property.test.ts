/**
 * Whatever the order in which messages, receipts, blocks and time reach the recorder, and wherever it is killed: every
 * message has exactly one lifecycle, every transition is legal, and the counts add up.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { AnomalyEvent } from '../../domain/events/schema.js'
import type { UnixMillis } from '../../domain/ids.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { CHAIN_STREAM } from '../log.js'
import { recorderContext } from './context.js'
import { openRecorderIndex, type RecorderIndex } from './index/open-index.js'
import type { CertifiedBlock, FeedMessage } from './ports.js'
import { recordBlock, tipOf } from './record-block.js'
import { recordMessages } from './record-messages.js'
import { recordReceipts } from './record-receipts.js'
import { statusOf } from './status.js'
import { DEFAULT_SWEEP, findOverdue, recordOverdue } from './sweep.js'
import { createTestChain } from './testing/chain.js'
import { at } from './testing/harness.js'
import { createMemoryLog, type MemoryLog } from './testing/memory-log.js'
import { ADMITTED, createTestNetwork, NOW, refusedWith } from './testing/network.js'
import { createWriter } from './writer.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-interleaving-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type World = { readonly messages: readonly FeedMessage[]; readonly receipts: readonly (readonly AdmissionReceipt[])[]; readonly blocks: readonly CertifiedBlock[] }

const network = createTestNetwork()
const context = recorderContext(network.genesis, network.verify)

/** Good ones, forged ones, unreadable ones and copies; some blocks fail some of them. */
function createWorld(): World {
  const world = createTestNetwork()
  const good = Array.from({ length: 8 }, () => world.message())
  const forged = world.message({ tamper: (message) => ({ ...message, severity: 2 }) })
  const bytes = [...good, forged, Uint8Array.of(1, 2), good[0] as Uint8Array, good[3] as Uint8Array]
  const messages = bytes.map((message, i): FeedMessage => ({ origin: at(i), bytes: message, timestampMs: NOW }))
  const receipts = world.validators.map((_, v) => messages.map((message, i) => {
    const isCopy = i >= 10
    // Validator 4 reads backwards as far as verdicts go: it admits the copies and refuses the originals.
    if (v === 4 && (i === 0 || i === 3)) return world.receipt(v, message.origin, message.bytes, refusedWith('DUPLICATE'))
    if (i === 8) return world.receipt(v, message.origin, message.bytes, refusedWith('INVALID_SIGNATURE'))
    if (i === 9) return world.receipt(v, message.origin, message.bytes, refusedWith('MALFORMED'))
    if (isCopy && v !== 4) return world.receipt(v, message.origin, message.bytes, refusedWith('DUPLICATE'))
    // One good message is refused by two for its time.
    if (i === 7 && v < 2) return world.receipt(v, message.origin, message.bytes, refusedWith('SKEW'))
    return world.receipt(v, message.origin, message.bytes, ADMITTED)
  }))
  const chain = createTestChain(world)
  chain.add(good.slice(0, 3))
  chain.add([good[3] as Uint8Array, good[1] as Uint8Array])
  chain.add([])
  chain.add(good.slice(4, 7))
  chain.add([])
  return { messages, receipts, blocks: chain.committed() }
}
const world = createWorld()

type Step = { readonly feed: 'messages' | 'chain' | 'clock' | 'crash' | 'crash-before-index' } | { readonly feed: 'receipts'; readonly validator: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ feed: 'messages' }) },
  { weight: 10, arbitrary: fc.nat({ max: 4 }).map((validator): Step => ({ feed: 'receipts', validator })) },
  { weight: 3, arbitrary: fc.constant<Step>({ feed: 'chain' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ feed: 'clock' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ feed: 'crash' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ feed: 'crash-before-index' }) },
)

/** A recorder's memory of its feeds is only what it acknowledged; a crash goes back there. */
class Run {
  readonly log: MemoryLog = createMemoryLog()
  now = NOW as number
  acknowledged = 0
  #index: RecorderIndex
  #startedAt: UnixMillis = NOW
  #failIndexWrite = false
  readonly #path: string

  constructor(name: string) {
    this.#path = join(folder, name)
    this.#index = openRecorderIndex(this.#path, network.set.chainId)
  }

  get index(): RecorderIndex {
    return this.#index
  }

  async crash(): Promise<void> {
    await this.#index.close()
    this.#index = openRecorderIndex(this.#path, network.set.chainId)
    this.#startedAt = this.now as UnixMillis
    await this.#index.catchUp(this.log)
  }

  async take(next: Step): Promise<void> {
    if (next.feed === 'crash') return this.crash()
    if (next.feed === 'crash-before-index') {
      this.#failIndexWrite = true
      return
    }
    const writer = createWriter(this.log, this.#breakable())
    try {
      await this.#work(writer, next)
    } catch (error) {
      if ((error as Error).message !== 'killed') throw error
      await this.crash()
    }
  }

  /** Dies after the append and before the index is written. */
  #breakable(): RecorderIndex {
    const index = this.#index
    return {
      ...index,
      write: (layer, position) => {
        if (!this.#failIndexWrite) return index.write(layer, position)
        this.#failIndexWrite = false
        return Promise.reject(new Error('killed'))
      },
    }
  }

  async #work(writer: ReturnType<typeof createWriter>, next: Step): Promise<void> {
    const now = this.now as UnixMillis
    if (next.feed === 'messages') {
      const batch = world.messages.slice(this.acknowledged, this.acknowledged + 2)
      await writer.perform((session) => recordMessages(session, batch, context, now))
      this.acknowledged += batch.length
    } else if (next.feed === 'receipts') {
      const all = world.receipts[next.validator] ?? []
      const cursor = (this.#index.get(`c/${network.set.validators[next.validator]?.id}`) as number | undefined) ?? 0
      await writer.perform((session) => recordReceipts(session, all.slice(cursor, cursor + 3), context, now))
    } else if (next.feed === 'chain') {
      const item = world.blocks[tipOf(this.#index, context).height]
      if (item !== undefined) await writer.perform((session) => recordBlock(session, item, context, now))
    } else if (next.feed === 'clock') {
      this.now += 25_000
      const overdue = findOverdue(this.#index, { ...DEFAULT_SWEEP, skewMs: network.genesis.limits.skewMs }, this.#startedAt, this.now as UnixMillis)
      await writer.perform((session) => recordOverdue(session, overdue, this.now as UnixMillis))
    }
  }

  async finish(): Promise<void> {
    for (let i = 0; i < 8; i++) {
      await this.take({ feed: 'messages' })
      await this.take({ feed: 'chain' })
      for (let validator = 0; validator < 5; validator++) await this.take({ feed: 'receipts', validator })
    }
  }
}

/** Folds every stream with the domain's own rule, which throws on a stream without a beginning. */
function livesOf(log: MemoryLog): ReadonlyMap<string, Anomaly> {
  const lives = new Map<string, Anomaly>()
  for (const { stream, event } of log.events) {
    if (!stream.startsWith('anomaly-')) continue
    lives.set(stream, evolve(lives.get(stream), event as AnomalyEvent))
  }
  return lives
}

let runs = 0

describe('the recorder under any interleaving', () => {
  it('records each message once and its counts add up, wherever it is killed', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const run = new Run(`run-${runs++}`)
      try {
        for (const next of steps) {
          await run.take(next)
          const status = statusOf(run.index)
          expect(status.published).toBe(status.committed + status.rejected + status.timeout + status.expired + status.inFlight)
        }
        await run.finish()
        const lives = livesOf(run.log)
        const status = statusOf(run.index)
        expect(status.published).toBe(world.messages.length)
        expect(lives.size).toBe(world.messages.length)
        expect(status.position).toBe(run.log.events.length)
        const states = [...lives.values()].map(({ state }) => state)
        const count = (...wanted: string[]): number => states.filter((state) => wanted.includes(state)).length
        expect([count('COMMITTED'), count('REJECTED'), count('TIMEOUT'), count('EXPIRED'), count('PUBLISHED', 'ADMITTED')])
          .toEqual([status.committed, status.rejected, status.timeout, status.expired, status.inFlight])
        // Seven good ones are in blocks, and a quorum outranks every clock.
        expect(status.committed).toBe(7)
        const heights = run.log.events.filter(({ stream }) => stream === CHAIN_STREAM).map(({ event, revision }) => [event.type === 'BlockCommitted' ? event.data.height : -1, revision + 1])
        expect(heights).toEqual(world.blocks.map((_, i) => [i + 1, i + 1]))
        expect(new Set(run.log.events.map(({ id }) => id)).size).toBe(run.log.events.length)
      } finally {
        await run.index.close()
      }
    }), { numRuns: 60 })
  })
})
