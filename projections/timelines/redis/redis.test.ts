import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import { describeTimelineStoreContract } from '../../testing/timeline-store-contract.js'
import { openRedisTimelines } from './index.js'
import { startTestCluster, type TestCluster } from './testing/redis-cluster.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'on a real server', () => {
  let redis: TestRedis
  beforeAll(async () => { redis = await startTestRedis() })
  afterAll(() => redis.stop())

  describeTimelineStoreContract('redis', () => {
    redis.cli('FLUSHALL')
    return Promise.resolve({ open: () => openRedisTimelines({ url: redis.url }), destroy: () => Promise.resolve() })
  })

  describeTimelineStoreContract('redis where little stays hot', () => {
    redis.cli('FLUSHALL')
    return Promise.resolve({ open: () => openRedisTimelines({ url: redis.url, window: 2 }), destroy: () => Promise.resolve() })
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'on a cluster of three', () => {
  let cluster: TestCluster
  beforeAll(async () => { cluster = await startTestCluster() })
  afterAll(() => cluster.stop())

  describeTimelineStoreContract('redis cluster', () => {
    for (const node of cluster.nodes) node.cli('FLUSHALL')
    return Promise.resolve({ open: () => openRedisTimelines({ url: cluster.url, shards: 8 }), destroy: () => Promise.resolve() })
  })

  test('a user with the documented rights can write and read there', async () => {
    for (const node of cluster.nodes) {
      node.cli('FLUSHALL')
      node.cli('ACL', 'SETUSER', 'cybermesh', 'on', '>s3cret', '~anomaly:*', '~timelines:*', '~{timelines:*', '+@read', '+@write', '+@scripting', '+@connection', '+info', '+cluster')
    }
    const store = await openRedisTimelines({ url: cluster.url.replace('//', '//cybermesh:s3cret@'), shards: 8 })
    await store.apply({
      name: 'timelines', version: 1, from: asPosition(0), next: { position: asPosition(1), lastEventId: 'e', lastEventAt: 1 }, deadLetters: [], hashes: new Map(),
      scores: new Map([['anomaly:timeline:all', Array.from({ length: 20 }, (_, i) => ({ member: `m${i}`, score: i }))]]),
    })
    expect(await store.zcard('anomaly:timeline:all')).toBe(20)
    await (await store.beginRebuild()).end()
    await store.close()
  })

  test('a cluster without "shards" is told, and so is a single server with them', async () => {
    await expect(openRedisTimelines({ url: cluster.url })).rejects.toMatchObject({ code: 'REDIS_IS_CLUSTER', message: expect.stringContaining('"shards"') as string })
    const single = await startTestRedis()
    await expect(openRedisTimelines({ url: single.url, shards: 8 })).rejects.toMatchObject({ code: 'REDIS_NO_CLUSTER' })
    await single.stop()
  })
})
