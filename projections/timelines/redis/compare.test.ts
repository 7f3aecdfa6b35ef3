/** A comparison finds what somebody changed by hand, names it, and leaves everything as it was. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compareProjection, type ComparedProjection } from '../../runtime/rebuild.js'
import { anomalyId, appendSample, longHistory, SAMPLE } from '../../testing/sample-log.js'
import { createRedisHarness, type RedisHarness } from './testing/harness.js'
import { startTestCluster, type TestCluster } from './testing/redis-cluster.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

let harness: RedisHarness
const compare = (): Promise<ComparedProjection> => compareProjection({ log: harness.log, projection: harness.projection, signal: new AbortController().signal })

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'timelines in Redis beside what the log says', () => {
  let redis: TestRedis
  beforeAll(async () => { redis = await startTestRedis() })
  afterAll(() => redis.stop())
  beforeEach(async () => {
    redis.cli('FLUSHALL')
    harness = await createRedisHarness({ url: redis.url })
    await appendSample(harness.log)
    await harness.catchUp()
  })
  afterEach(() => harness.close())

  test('are equal, at the position that they stand at, and no key is left or changed', async () => {
    const [content, keys] = [await harness.content(), redis.cli('KEYS', '*').split('\n').sort()]
    expect(await compare()).toEqual({ position: SAMPLE.length, differences: [] })
    expect(await harness.content()).toEqual(content)
    expect(redis.cli('KEYS', '*').split('\n').sort()).toEqual(keys)
    // Nor are writers held.
    expect(redis.cli('EXISTS', 'timelines:hold', 'timelines:rebuilding')).toBe('0')
  })

  const one = (table: string, key: string, column: object) => ({ differences: [{ table, onlyLive: 0, onlyRebuilt: 0, differing: 1, examples: [{ key, kind: 'differing', columns: [column] }] }] })

  test('differ in the field of a hash', async () => {
    const key = `anomaly:${anomalyId('b')}`
    redis.cli('HSET', key, 'state', 'REJECTEE')
    expect(await compare()).toMatchObject(one('hashes', key, { name: 'state', live: 'REJECTEE', rebuilt: 'REJECTED' }))
  })

  test('differ in the score of a member by its last bit', async () => {
    const score = Number(redis.cli('ZSCORE', 'anomaly:timeline:all', anomalyId('b')))
    redis.cli('ZADD', 'anomaly:timeline:all', String(score + 0.001), anomalyId('b'))
    expect(await compare()).toMatchObject(one('sets', 'anomaly:timeline:all', { name: anomalyId('b'), rebuilt: String(score) }))
  })

  test('differ where one member was exchanged for another', async () => {
    const score = redis.cli('ZSCORE', 'anomaly:timeline:REJECTED', anomalyId('b'))
    redis.cli('ZREM', 'anomaly:timeline:REJECTED', anomalyId('b'))
    redis.cli('ZADD', 'anomaly:timeline:REJECTED', score, anomalyId('zz'))
    expect(await compare()).toMatchObject({ differences: [{ table: 'sets', differing: 1, examples: [{ key: 'anomaly:timeline:REJECTED', columns: expect.arrayContaining([
      { name: anomalyId('b'), live: null, rebuilt: score }, { name: anomalyId('zz'), live: score, rebuilt: null }]) as unknown }] }] })
  })

  test('differ where a hash is missing, or a whole set', async () => {
    redis.cli('DEL', `anomaly:${anomalyId('b')}`)
    expect(await compare()).toMatchObject({ differences: [{ table: 'hashes', onlyRebuilt: 1, examples: [{ key: `anomaly:${anomalyId('b')}`, kind: 'only-rebuilt' }] }] })
    redis.cli('DEL', 'anomaly:timeline:COMMITTED')
    expect(await compare()).toMatchObject({ differences: [{ table: 'sets', onlyRebuilt: 1, examples: [{ key: 'anomaly:timeline:COMMITTED' }] }, { table: 'hashes' }] })
  })

  test('differ in the packed history, which is shown unpacked', async () => {
    const record = `timelines:g1:r:${anomalyId('b')}`
    redis.cli('HSET', record, 's', 'COMMITTED')
    expect(await compare()).toMatchObject(one('records', `r:${anomalyId('b')}`, { name: 'state', live: 'COMMITTED', rebuilt: 'REJECTED' }))
    redis.cli('HSET', record, 's', 'REJECTED')
    const bucket = redis.cli('KEYS', 'timelines:g1:b:anomaly:timeline:REJECTED:*').split('\n')[0] as string
    // Of all members of the bucket.
    redis.cli('EVAL', 'for _, m in ipairs(redis.call("ZRANGE", KEYS[1], 0, -1)) do redis.call("ZINCRBY", KEYS[1], 1, m) end', '1', bucket)
    expect(await compare()).toMatchObject({ differences: [{ table: 'history', differing: 1, examples: [{ columns: [{ name: anomalyId('b') }] }] }] })
  })

  test('differ in what counts them', async () => {
    redis.cli('HINCRBY', 'timelines:g1:meta', 'total:anomaly:timeline:COMMITTED', '1')
    expect(await compare()).toMatchObject(one('bookkeeping', 'meta', { name: 'total:anomaly:timeline:COMMITTED' }))
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'timelines in a Redis cluster beside what the log says', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startTestCluster()
    harness = await createRedisHarness({ url: cluster.url, shards: 8 })
    await appendSample(harness.log, longHistory(100))
    await harness.catchUp(97)
  })
  afterAll(async () => {
    await harness.close()
    await cluster.stop()
  })

  test('are equal on every shard, and one changed field is found on whichever node it lies', async () => {
    expect(await compare()).toMatchObject({ differences: [] })
    const of = cluster.nodes.map((node) => ({ node, keys: node.cli('KEYS', '*:timelines:g1:anomaly:*-*').split('\n').filter((key) => key !== '') }))
    expect(of.filter(({ keys }) => keys.length > 0).length).toBeGreaterThan(1)
    for (const { node, keys: [key] } of of) {
      if (key === undefined) continue
      const state = node.cli('HGET', key, 'state')
      node.cli('HSET', key, 'state', 'EXPIRED')
      expect(await compare()).toMatchObject({ differences: [{ table: 'hashes', differing: 1, examples: [{ columns: [{ name: 'state', live: 'EXPIRED', rebuilt: state }] }] }] })
      node.cli('HSET', key, 'state', state)
    }
  })

  test('cannot be compared where a crash left a shard ahead of the others', async () => {
    const node = cluster.nodes.find((of) => of.cli('KEYS', '{timelines:7}:timelines:g1:checkpoint:*') !== '')
    node?.cli('HINCRBY', '{timelines:7}:timelines:g1:checkpoint:timelines:1', 'position', '5')
    expect(await compare()).toMatchObject({ differences: undefined })
  })
})
