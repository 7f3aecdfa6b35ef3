/** A recorder over a real embedded log and index in a temporary folder, with feeds a test fills by hand. */
import { rm } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GenesisBody } from '../../../domain/genesis.js'
import type { UnixMillis } from '../../../domain/ids.js'
import { openEmbeddedLog, type EventLog, type RecordedEvent } from '../../index.js'
import { openRecorderIndex, type RecorderIndex } from '../index/open-index.js'
import type { Notice } from '../notices.js'
import { runRecorder, type Recorder, type RecorderOptions } from '../run-recorder.js'
import { testChainFeed, testMessages, testReceipts, testSink } from './feeds.js'
import { createTestNetwork, NOW } from './network.js'

export async function createHarness(validators = 5, more: Partial<GenesisBody> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-recorder-'))
  const indexPath = join(folder, 'index')
  const network = createTestNetwork(validators, more)
  const log: EventLog = await openEmbeddedLog(join(folder, 'log'))
  const messages = testMessages()
  const receipts = testReceipts()
  const chain = testChainFeed()
  const sink = testSink()
  const notices: Notice[] = []
  const time = { now: NOW as number }
  let running: { readonly recorder: Recorder; readonly index: RecorderIndex; readonly abort: AbortController } | undefined

  function start(changes: Partial<RecorderOptions> = {}): Recorder {
    const abort = new AbortController()
    const index = openRecorderIndex(indexPath, network.set.chainId)
    const recorder = runRecorder({
      log, index, genesis: network.genesis, messages, receipts, chain, deadLetters: sink, verify: network.verify,
      clock: () => time.now as UnixMillis, actor: 'test', signal: abort.signal, tickMs: 5, onNotice: (notice) => notices.push(notice), ...changes,
    })
    recorder.done.catch(() => undefined)
    running = { recorder, index, abort }
    return recorder
  }
  async function stop(): Promise<void> {
    if (running === undefined) return
    const { recorder, index, abort } = running
    running = undefined
    abort.abort()
    await recorder.done.catch(() => undefined)
    await index.close()
  }
  const eventsOf = async (stream?: string): Promise<RecordedEvent[]> => {
    const events: RecordedEvent[] = []
    for await (const event of stream === undefined ? log.readAll() : log.readStream(stream)) events.push(event)
    return events
  }

  return {
    network, log, messages, receipts, chain, sink, notices, time, start, stop, eventsOf,
    /** Types of an anomaly's events, in order. */
    lifeOf: async (id: string): Promise<string[]> => (await eventsOf(`anomaly-${id}`)).map(({ event }) => event.type.slice('Anomaly'.length)),
    dropIndex: () => rm(indexPath, { recursive: true }),
    async destroy(): Promise<void> {
      await stop()
      await log.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Harness = Awaited<ReturnType<typeof createHarness>>

/** The record of the anomalies topic at an offset. */
export const at = (offset: number, partition = 0) => ({ topic: 'ai.anomalies.v1', partition, offset })
