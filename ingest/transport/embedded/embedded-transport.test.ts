import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { CONTRACT_PARTITIONS } from '../../testing/contract-topics.js'
import { describeTransport } from '../../testing/transport-contract.js'
import { openEmbeddedTransport } from './embedded-transport.js'

const openContractTopics = new URL('../../testing/open-contract-topics.ts', import.meta.url).href

describeTransport('the embedded transport', async () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'topics')
  return {
    open: () => openEmbeddedTransport(path, { topics: CONTRACT_PARTITIONS }),
    childOpener: { module: openContractTopics, open: 'openContractTopics', argument: path },
    destroy: () => Promise.resolve(folder.remove()),
  }
})

describe('opening embedded topics', () => {
  const folder = temporaryFolder()
  afterEach(() => folder.remove())

  it('refuses another number of partitions than the topic was created with', async () => {
    const path = join(folder.path, 'layout')
    await (await openEmbeddedTransport(path, { topics: { a: 3 } })).close()
    await expect(openEmbeddedTransport(path, { topics: { a: 2 } })).rejects.toMatchObject({ code: 'LAYOUT_MISMATCH', field: 'topics.a' })
  })

  it('refuses what it does not know by name and field', async () => {
    const transport = await openEmbeddedTransport(join(folder.path, 'errors'), { topics: { a: 1 }, maxRecordBytes: 1000 })
    const record = { topic: 'a', key: Buffer.of(1), value: Buffer.of(1) }
    await expect(transport.send([{ ...record, topic: 'b' }])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC', field: 'topic' })
    await expect(transport.send([{ ...record, partition: 1 }])).rejects.toMatchObject({ code: 'BAD_PARTITION' })
    await expect(transport.send([{ ...record, value: Buffer.alloc(2000) }])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
    await expect(transport.consume({ topics: ['b'], group: 'g' })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
    await expect(transport.consume({ topics: ['a'], group: '' })).rejects.toMatchObject({ code: 'BAD_OPTION', field: 'group' })
    await transport.close()
    await expect(transport.send([record])).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('never moves a group back, so a late commit of a replaced consumer skips and repeats nothing', async () => {
    const transport = await openEmbeddedTransport(join(folder.path, 'late'), { topics: { a: 1 } })
    const consumer = await transport.consume({ topics: ['a'], group: 'g' })
    await consumer.commit([{ topic: 'a', partition: 0, offset: 5 }])
    await consumer.commit([{ topic: 'a', partition: 0, offset: 3 }])
    expect(await transport.committed('g', 'a')).toEqual([{ topic: 'a', partition: 0, offset: 5 }])
    await expect(consumer.commit([{ topic: 'b', partition: 0, offset: 1 }])).rejects.toMatchObject({ code: 'BAD_PARTITION' })
    await consumer.close()
    await expect(consumer.commit([])).rejects.toMatchObject({ code: 'CLOSED' })
    await transport.close()
  })

  it('bounds a batch by bytes, and still hands out a record that is larger than the bound', async () => {
    const transport = await openEmbeddedTransport(join(folder.path, 'bytes'), { topics: { a: 1 }, maxBatchBytes: 1000 })
    await transport.send([10, 600, 600, 5000, 10].map((size) => ({ topic: 'a', key: Buffer.of(1), value: Buffer.alloc(size) })))
    const consumer = await transport.consume({ topics: ['a'], group: 'g' })
    const sizes: number[][] = []
    for await (const batch of consumer.batches(AbortSignal.timeout(10_000))) {
      sizes.push(batch.map(({ value }) => value.length))
      if (sizes.flat().length === 5) break
    }
    expect(sizes).toEqual([[10, 600, 600], [5000], [10]])
    await transport.close()
  })

  it('lets partitions that have something take turns, whatever silent ones there are', async () => {
    const transport = await openEmbeddedTransport(join(folder.path, 'turns'), { topics: { a: 3, silent: 5 } })
    await transport.send([0, 1, 2].flatMap((partition) => Array.from({ length: 20 }, () => ({ topic: 'a', partition, key: Buffer.of(1), value: Buffer.of(1) }))))
    const consumer = await transport.consume({ topics: ['a', 'silent'], group: 'g', maxBatch: 5 })
    const first: number[] = []
    for await (const batch of consumer.batches(AbortSignal.timeout(10_000))) {
      first.push(batch[0]?.partition as number)
      if (first.length === 12) break
    }
    expect(first).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    await transport.close()
  })

  it('refuses a folder it cannot use', async () => {
    await expect(openEmbeddedTransport('/dev/null/topics')).rejects.toMatchObject({ code: 'OPEN_FAILED' })
  })
})
