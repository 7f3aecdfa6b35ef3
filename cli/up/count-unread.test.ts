import { afterEach, expect, test } from 'vitest'
import { openEmbeddedTransport, RECORDER_GROUP, TOPICS } from '../../ingest/index.js'
import { temporaryFolder } from '../../ingest/testing/temporary-folder.js'
import { nextOffsets } from '../../ingest/transport/next-offsets.js'
import { countUnread } from './count-unread.js'

const closers: (() => Promise<unknown> | void)[] = []
afterEach(async () => { for (const close of closers.splice(0).reverse()) await close() })

test('counts what the recorder has not acknowledged, in every topic that brings messages and in no other', async () => {
  const folder = temporaryFolder()
  closers.push(() => folder.remove())
  const transport = await openEmbeddedTransport(folder.path)
  closers.push(() => transport.close())
  const record = (topic: string, partition: number) => ({ topic, partition, key: new Uint8Array(1), value: new Uint8Array(1) })
  expect(await countUnread(transport)).toBe(0)
  await transport.send([record(TOPICS.anomalies.name, 0), record(TOPICS.anomalies.name, 2), record(TOPICS.policy.name, 0), record(TOPICS.commits.name, 0)])
  expect(await countUnread(transport)).toBe(3)
  const consumer = await transport.consume({ topics: [TOPICS.anomalies.name], group: RECORDER_GROUP })
  for await (const batch of consumer.batches(AbortSignal.timeout(10_000))) {
    await consumer.commit(nextOffsets(batch))
    if (await countUnread(transport) === 1) break
  }
  await consumer.close()
  expect(await countUnread(transport)).toBe(1)
})
