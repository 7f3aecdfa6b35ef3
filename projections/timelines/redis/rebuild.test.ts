import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rebuildProjection } from '../../runtime/rebuild.js'
import { runProjection } from '../../runtime/run.js'
import { anomalyId, appendSample, longHistory, published, SAMPLE } from '../../testing/sample-log.js'
import { openRedisTimelines } from './index.js'
import { rollBackTimelines } from './roll-back.js'
import { createRedisHarness, type RedisHarness } from './testing/harness.js'
import { startTestCluster, type TestCluster } from './testing/redis-cluster.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

const never = new AbortController().signal
let harness: RedisHarness
const rebuild = () => rebuildProjection({ log: harness.log, projection: harness.projection, signal: never })

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'a rebuild on a single Redis', () => {
  let redis: TestRedis
  beforeAll(async () => { redis = await startTestRedis() })
  afterAll(() => redis.stop())
  beforeEach(async () => {
    redis.cli('FLUSHALL')
    harness = await createRedisHarness({ url: redis.url })
  })
  afterEach(() => harness.close())

  test('gives byte for byte the same content under the same names, and goes on from there', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    const before = await harness.content()
    const names = redis.cli('KEYS', 'anomaly:*').split('\n').sort()
    expect(await rebuild()).toMatchObject({ events: SAMPLE.length, equal: true })
    expect(await harness.content()).toEqual(before)
    expect(redis.cli('KEYS', 'anomaly:*').split('\n').sort()).toEqual(names)
    await appendSample(harness.log, [published('later', 900)], 500)
    await harness.catchUp()
    expect(redis.cli('ZCARD', 'anomaly:timeline:PUBLISHED')).toBe('6')
  })

  test('replaces what somebody changed, says that it differed, and can be gone back on', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    const right = await harness.content()
    redis.cli('HSET', `anomaly:${anomalyId('b')}`, 'state', 'COMMITTED')
    expect(await rebuild()).toMatchObject({ equal: false })
    expect(await harness.content()).toEqual(right)
    expect(redis.cli('HGET', `anomaly:${anomalyId('b')}`, 'state')).toBe('REJECTED')

    await appendSample(harness.log, [published('later', 900)], 500)
    await harness.catchUp()
    await rollBackTimelines({ log: harness.log, store: harness.store, signal: never })
    expect(redis.cli('HGET', `anomaly:${anomalyId('b')}`, 'state')).toBe('COMMITTED')
    // It was brought up to the live position first.
    expect(redis.cli('ZCARD', 'anomaly:timeline:PUBLISHED')).toBe('6')
    await appendSample(harness.log, [published('last', 901)], 600)
    await harness.catchUp()
    expect(await harness.store.zcard('anomaly:timeline:PUBLISHED')).toBe(7)
  })

  test('keeps one version to go back to and removes all older ones', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    await expect(rollBackTimelines({ log: harness.log, store: harness.store, signal: never })).rejects.toMatchObject({ code: 'NO_PREVIOUS' })
    for (let i = 0; i < 4; i++) await rebuild()
    const generations = new Set(redis.cli('KEYS', 'timelines:g*').split('\n').map((key) => /g(\d+)/.exec(key)?.[1]))
    expect([...generations].sort()).toEqual(['4', '5'])
  })

  test('a second one at the same time is refused, and one that was killed blocks nobody for long', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    const first = await harness.store.beginRebuild()
    await expect(rebuild()).rejects.toMatchObject({ code: 'REBUILD_RUNNING' })
    expect(Number(redis.cli('PTTL', 'timelines:rebuilding'))).toBeGreaterThan(0)
    await first.end()
    expect(await rebuild()).toMatchObject({ equal: true })
  })

  test('beside a running projector and readers: no read fails, none sees less than before, nothing is lost', async () => {
    const history = longHistory(1000)
    await appendSample(harness.log, history.slice(0, 2000))
    await harness.catchUp()
    const abort = new AbortController()
    const live = runProjection({ log: harness.log, projection: harness.projection, signal: abort.signal })
    const reader = await openRedisTimelines({ url: redis.url })
    const counts: number[] = []
    let isReading = true
    const reading = (async () => {
      while (isReading) {
        counts.push(await reader.zcard('anomaly:timeline:PUBLISHED'))
        const page = await reader.zrangeByScore('anomaly:timeline:PUBLISHED', { reverse: true, limit: 50 })
        expect(page).toHaveLength(50)
        expect(await reader.hgetall(`anomaly:${page[0]?.member}`)).toMatchObject({ anomaly_type: 'ddos' })
      }
    })()
    const other = await openRedisTimelines({ url: redis.url })
    const { createTimelinesProjection } = await import('../projection.js')
    const writing = (async () => {
      for (let i = 2000; i < history.length; i += 5) await appendSample(harness.log, history.slice(i, i + 5), i)
    })()
    const results = []
    for (let i = 0; i < 3; i++) results.push(await rebuildProjection({ log: harness.log, projection: createTimelinesProjection(other), signal: never }))
    await writing
    const length = await harness.log.length()
    while ((await other.checkpoint('timelines', 1)).position < length) await new Promise((resolve) => setTimeout(resolve, 10))
    isReading = false
    await reading
    abort.abort()
    expect(await live).toBe(length)
    expect(results.map(({ equal }) => equal)).toEqual([true, true, true])
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(await reader.zcard('anomaly:timeline:COMMITTED')).toBe(1000)
    await reader.close()
    await other.close()
    expect(await rebuild()).toMatchObject({ equal: true, events: length })
  })

  test('of a window that is full renames no more than the window', async () => {
    await harness.close()
    harness = await createRedisHarness({ url: redis.url, window: 100 })
    await appendSample(harness.log, longHistory(1000))
    await harness.catchUp()
    const before = await harness.content()
    expect(await rebuild()).toMatchObject({ equal: true })
    expect(await harness.content()).toEqual(before)
    expect(redis.cli('ZCARD', 'anomaly:timeline:all')).toBe('100')
    expect(redis.cli('KEYS', 'anomaly:*-*').split('\n')).toHaveLength(100)
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'a rebuild on a cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startTestCluster()
    harness = await createRedisHarness({ url: cluster.url, shards: 8 })
  })
  afterAll(async () => {
    await harness.close()
    await cluster.stop()
  })

  test('switches by its pointer, finds every shard equal, and its keys lie on all nodes, a shard in one slot', async () => {
    await appendSample(harness.log, longHistory(500))
    await harness.catchUp(97)
    const before = await harness.content()
    expect(await rebuild()).toMatchObject({ equal: true })
    expect(await harness.content()).toEqual(before)
    expect(await harness.store.zcard('anomaly:timeline:COMMITTED')).toBe(500)
    const page = await harness.store.zrangeByScore('anomaly:timeline:all', { reverse: true, limit: 120 })
    expect(page).toHaveLength(120)
    expect(page).toEqual([...page].sort((a, b) => b.score - a.score || (a.member < b.member ? 1 : -1)))
    expect(await harness.store.hgetall(`anomaly:${page[7]?.member}`)).toMatchObject({ state: 'COMMITTED' })

    const slots = new Map<string, Set<number>>()
    for (const node of cluster.nodes) {
      const keys = node.cli('KEYS', '*').split('\n')
      expect(keys.length).toBeGreaterThan(10)
      const client = new Redis(node.url)
      const asked = client.pipeline()
      for (const key of keys) asked.cluster('KEYSLOT', key)
      const answers = await asked.exec()
      client.disconnect()
      keys.forEach((key, i) => {
        const tag = /^\{(timelines:\d)\}:/.exec(key)?.[1] ?? 'none'
        slots.set(tag, (slots.get(tag) ?? new Set()).add(answers?.[i]?.[1] as number))
      })
    }
    expect([...slots.keys()].sort()).toEqual(Array.from({ length: 8 }, (_, i) => `timelines:${i}`))
    expect([...slots.values()].every((of) => of.size === 1)).toBe(true)
  })
})
