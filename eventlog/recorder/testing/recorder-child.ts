/**
 * A recorder in a process of its own over the world of crash-world.ts, which it reads from the beginning each time. It
 * prints a line for every change of its status and exits when all is recorded.
 */
import { join } from 'node:path'
import '../../../platform/polyfill.js'
import type { UnixMillis } from '../../../domain/ids.js'
import { openEmbeddedLog } from '../../index.js'
import { openRecorderIndex } from '../index/open-index.js'
import { runRecorder } from '../run-recorder.js'
import { createCrashWorld, CRASH_EXPECTED } from './crash-world.js'
import { testChainFeed, testMessages, testReceipts, testSink } from './feeds.js'
import { NOW } from './network.js'

const folder = process.argv[2] as string
const { network, messages, receipts, blocks } = createCrashWorld()
const log = await openEmbeddedLog(join(folder, 'log'))
const index = openRecorderIndex(join(folder, 'index'), network.set.chainId)
const [messageFeed, receiptFeed, chainFeed] = [testMessages(2), testReceipts(), testChainFeed()]
messageFeed.push(...messages)
receiptFeed.store(...receipts)
chainFeed.push(...blocks)
const abort = new AbortController()
const recorder = runRecorder({
  log, index, genesis: network.genesis, messages: messageFeed, receipts: receiptFeed, chain: chainFeed, deadLetters: testSink(),
  verify: network.verify, clock: () => NOW as UnixMillis, actor: `child ${process.pid}`, signal: abort.signal, tickMs: 5,
})
let last = ''
for (;;) {
  const { published, committed, rejected, height, inFlight, admitted } = recorder.status()
  const line = JSON.stringify({ published, admitted, committed, rejected, height })
  if (line !== last) process.stdout.write(`${line}\n`)
  last = line
  if (published === CRASH_EXPECTED.published && committed === CRASH_EXPECTED.committed && rejected === CRASH_EXPECTED.rejected && inFlight === 0) break
  await Promise.race([new Promise((resolve) => setTimeout(resolve, 1)), recorder.done])
}
abort.abort()
await recorder.done
await index.close()
await log.close()
