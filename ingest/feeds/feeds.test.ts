import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import type { Transport } from '../transport/transport.js'
import { messageFeedOf } from './message-feed.js'

describe('the recorder\'s feeds over a transport', () => {
  const folder = temporaryFolder()
  let transport: Transport
  beforeEach(async () => { transport = await openEmbeddedTransport(join(folder.path, 'topics')) })
  afterEach(async () => {
    await transport.close()
    folder.remove()
  })

  it('hands messages over with their origin and commits offsets only when they are acknowledged', async () => {
    await transport.send([0, 1].map((n) => ({ topic: 'ai.anomalies.v1', partition: 1, key: Buffer.from('k'), value: Buffer.from([n]) })))
    const feed = messageFeedOf(await transport.consume({ topics: ['ai.anomalies.v1'], group: 'recorder' }))
    const committed = async () => (await transport.committed('recorder', 'ai.anomalies.v1'))[1]?.offset
    for await (const batch of feed.batches(AbortSignal.timeout(5000))) {
      expect(batch.map(({ origin, bytes, key, headers }) => [origin, [...bytes], String.fromCharCode(...(key ?? [])), headers])).toEqual([0, 1].map((n) => [{ topic: 'ai.anomalies.v1', partition: 1, offset: n }, [n], 'k', {}]))
      expect(await committed()).toBe(0)
      await feed.acknowledge(batch)
      break
    }
    expect(await committed()).toBe(2)
  })
})
