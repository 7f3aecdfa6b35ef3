import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { until } from '../testing/until.js'
import { openEmbeddedTransport } from './embedded/embedded-transport.js'
import { withLazyOffsets } from './lazy-offsets.js'
import { TOPICS, type Transport } from './transport.js'

const topic = TOPICS.commits.name
const value = Uint8Array.of(1)

describe('lazy offsets', () => {
  const closers: (() => Promise<void> | void)[] = []
  afterEach(async () => { for (const close of closers.splice(0)) await close() })

  const open = async (): Promise<Transport> => {
    const folder = temporaryFolder()
    const transport = await openEmbeddedTransport(folder.path)
    closers.push(() => transport.close(), () => folder.remove())
    await transport.send([1, 2, 3].map(() => ({ topic, key: value, value })))
    return transport
  }
  const committed = async (transport: Transport): Promise<number | undefined> => (await transport.committed('g', topic))[0]?.offset

  test('the newest offset is committed a moment later', async () => {
    const transport = await open()
    const consumer = await withLazyOffsets(transport, 20).consume({ topics: [topic], group: 'g' })
    await consumer.commit([{ topic, partition: 0, offset: 1 }])
    await consumer.commit([{ topic, partition: 0, offset: 2 }])
    expect(await committed(transport) ?? 0).toBe(0)
    await until('committed', async () => await committed(transport) === 2)
    await consumer.close()
  })

  test('closing commits what is due', async () => {
    const transport = await open()
    const consumer = await withLazyOffsets(transport, 60_000).consume({ topics: [topic], group: 'g' })
    await consumer.commit([{ topic, partition: 0, offset: 3 }])
    await consumer.close()
    expect(await committed(transport)).toBe(3)
  })

  test('a commit that failed is reported by the next one', async () => {
    const transport = await open()
    const consumer = await withLazyOffsets(transport, 1).consume({ topics: [topic], group: 'g' })
    await consumer.commit([{ topic, partition: 7, offset: 1 }])
    await until('refused', () => consumer.commit([]).then(() => false, () => true))
  })
})
