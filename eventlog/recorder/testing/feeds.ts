/** Feeds a test fills by hand. They behave as the real ones: unacknowledged messages and pulled receipts come again. */
import { until } from '../../../ingest/testing/until.js'
import type { AdmissionReceipt } from '../../../domain/receipt.js'
import type { CertifiedBlock, ChainFeed, DeadLetter, DeadLetterSink, FeedMessage, MessageFeed, ReceiptFeed } from '../ports.js'

const quiet = (signal: AbortSignal, ready: () => boolean): Promise<void> =>
  until('there is something to read', () => signal.aborted || ready(), 600_000)

export type TestMessages = MessageFeed & { push(...messages: readonly FeedMessage[]): void; acknowledged(): number }

/** One partition after the other in the order pushed; reading begins after the last acknowledged. */
export function testMessages(batchSize = 3): TestMessages {
  const all: FeedMessage[] = []
  let done = 0
  return {
    push: (...messages) => void all.push(...messages),
    acknowledged: () => done,
    async *batches(signal) {
      let next = done
      while (!signal.aborted) {
        await quiet(signal, () => next < all.length)
        const batch = all.slice(next, next + batchSize)
        next += batch.length
        if (batch.length > 0) yield batch
      }
    },
    acknowledge(batch) {
      done = Math.max(done, all.indexOf(batch.at(-1) as FeedMessage) + 1)
      return Promise.resolve()
    },
  }
}

export type TestReceipts = ReceiptFeed & {
  /** Stored at the validator: only pulled. */
  store(...receipts: readonly AdmissionReceipt[]): void
  /** Gossiped, whether true or not. */
  gossip(...receipts: readonly AdmissionReceipt[]): void
}

export function testReceipts(): TestReceipts {
  const stored: AdmissionReceipt[] = []
  const gossiped: AdmissionReceipt[] = []
  return {
    store: (...receipts) => void stored.push(...receipts),
    gossip: (...receipts) => void gossiped.push(...receipts),
    async *pushed(signal) {
      while (!signal.aborted) {
        await quiet(signal, () => gossiped.length > 0)
        const batch = gossiped.splice(0)
        if (batch.length > 0) yield batch
      }
    },
    receiptsFrom: (validator, sequence, limit) => Promise.resolve(
      stored.filter((receipt) => receipt.validator === validator && receipt.sequence >= sequence).sort((a, b) => a.sequence - b.sequence).slice(0, limit)),
  }
}

export type TestChainFeed = ChainFeed & { push(...blocks: readonly CertifiedBlock[]): void; readonly refusals: string[] }

export function testChainFeed(): TestChainFeed {
  const blocks: CertifiedBlock[] = []
  const refusals: string[] = []
  return {
    refusals,
    push: (...more) => void blocks.push(...more),
    async *blocksFrom(height, signal) {
      let next = height as number
      while (!signal.aborted) {
        const find = () => blocks.find(({ block }) => block.header.height === next)
        await quiet(signal, () => find() !== undefined)
        const found = find()
        if (found === undefined) return
        next += 1
        yield found
      }
    },
    refused(height, fault) {
      refusals.push(fault)
      const bad = blocks.findIndex(({ block }) => block.header.height === height)
      if (bad >= 0) blocks.splice(bad, 1)
    },
  }
}

export function testSink(): DeadLetterSink & { readonly letters: DeadLetter[]; failNext: number } {
  const sink = {
    letters: [] as DeadLetter[],
    failNext: 0,
    send(letters: readonly DeadLetter[]): Promise<void> {
      if (sink.failNext > 0) {
        sink.failNext -= 1
        return Promise.reject(new Error('the broker is away'))
      }
      sink.letters.push(...letters)
      return Promise.resolve()
    },
  }
  return sink
}
