import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '../../ingest/testing/until.js'
import type { UnixMillis } from '../../domain/ids.js'
import { openEmbeddedLog } from '../index.js'
import type { RecordedEvent } from '../log.js'
import { openRecorderIndex } from './index/open-index.js'
import { runRecorder } from './run-recorder.js'
import { createCrashWorld, CRASH_EXPECTED } from './testing/crash-world.js'
import { testChainFeed, testMessages, testReceipts, testSink } from './testing/feeds.js'
import { NOW } from './testing/network.js'

describe('two recorders on one log', () => {
  it('write each happening once between them, though their clocks differ', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-standby-'))
    const { network, messages, receipts, blocks } = createCrashWorld()
    const log = await openEmbeddedLog(join(folder, 'log'))
    const abort = new AbortController()
    const pair = [0, 1].map((n) => {
      const index = openRecorderIndex(join(folder, `index-${n}`), network.set.chainId)
      const [messageFeed, receiptFeed, chainFeed] = [testMessages(4 + n), testReceipts(), testChainFeed()]
      messageFeed.push(...messages)
      receiptFeed.store(...receipts)
      chainFeed.push(...blocks)
      const recorder = runRecorder({
        log, index, genesis: network.genesis, messages: messageFeed, receipts: receiptFeed, chain: chainFeed, deadLetters: testSink(),
        verify: network.verify, clock: () => (NOW + n * 7) as UnixMillis, actor: `recorder ${n}`, signal: abort.signal, tickMs: 5,
      })
      return { index, recorder }
    })
    try {
      const failed = Promise.all(pair.map(({ recorder }) => recorder.done)).then(() => undefined)
      const isDone = (): boolean => pair.every(({ recorder }) => {
        const { committed, rejected, inFlight } = recorder.status()
        return committed === CRASH_EXPECTED.committed && rejected === CRASH_EXPECTED.rejected && inFlight === 0
      })
      await Promise.race([until('both know of all', isDone, 30_000), failed])
      abort.abort()
      await failed
      const events: RecordedEvent[] = []
      for await (const event of log.readAll()) events.push(event)
      const count = (type: string): number => events.filter(({ event }) => event.type === type).length
      expect([count('AnomalyPublished'), count('AnomalyCommitted'), count('AnomalyRejected'), count('BlockCommitted'), count('ValidatorRegistered')])
        .toEqual([CRASH_EXPECTED.published, CRASH_EXPECTED.committed, CRASH_EXPECTED.rejected, CRASH_EXPECTED.height, 5])
      expect(pair.map(({ recorder }) => recorder.status())).toEqual([pair[0]?.recorder.status(), pair[0]?.recorder.status()])
    } finally {
      abort.abort()
      await Promise.allSettled(pair.map(({ recorder }) => recorder.done))
      for (const { index } of pair) await index.close()
      await log.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
