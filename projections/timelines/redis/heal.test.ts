/** What was lost is noticed, said, and built again; the end is what a clean build gives. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReadModelLostError } from '../../runtime/errors.js'
import { runProjection } from '../../runtime/run.js'
import { appendSample, longHistory, published, SAMPLE } from '../../testing/sample-log.js'
import { openRedisTimelines } from './index.js'
import { contentOf, createRedisHarness, type RedisHarness } from './testing/harness.js'
import { startTestCluster, type TestCluster } from './testing/redis-cluster.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

let harness: RedisHarness
const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 50_000
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error('it never came')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Follows the log until stopped; what was lost is collected. */
function follow({ log, projection }: RedisHarness) {
  const abort = new AbortController()
  const losses: ReadModelLostError[] = []
  let position = 0
  const running = runProjection({
    log, projection, signal: abort.signal, batchEvents: 20, onLost: (error) => losses.push(error), onProgress: (progress) => { position = progress.position },
  })
  running.catch(() => undefined)
  return { losses, position: () => position, stop: () => { abort.abort(); return running } }
}

/** What a build from nothing gives on a server of its own. */
async function cleanContent(from: RedisHarness, redis: TestRedis): Promise<readonly string[]> {
  redis.cli('FLUSHALL')
  const store = await openRedisTimelines({ url: redis.url })
  const { createTimelinesProjection } = await import('../projection.js')
  await runProjection({ log: from.log, projection: createTimelinesProjection(store), signal: new AbortController().signal, untilEnd: true })
  await store.close()
  return contentOf({ url: redis.url })
}

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'timelines that were lost', () => {
  let redis: TestRedis
  let other: TestRedis
  beforeAll(async () => { [redis, other] = await Promise.all([startTestRedis(), startTestRedis()]) })
  afterAll(() => Promise.all([redis.stop(), other.stop()]))
  beforeEach(async () => {
    redis.cli('FLUSHALL')
    harness = await createRedisHarness({ url: redis.url })
  })
  afterEach(() => harness.close())

  test('by FLUSHALL again and again under load: each is said, and the end equals a clean build', async () => {
    const history = longHistory(600)
    const run = follow(harness)
    const writing = (async () => {
      for (let i = 0; i < history.length; i += 20) await appendSample(harness.log, history.slice(i, i + 20), i)
    })()
    for (let wipe = 1; wipe <= 4; wipe++) {
      await until(() => run.position() > 100 * wipe)
      redis.cli('FLUSHALL')
      await until(() => run.losses.length >= wipe)
    }
    await writing
    const length = await harness.log.length()
    await until(() => run.position() === length)
    await run.stop()
    expect(run.losses.every(({ had, has }) => had > has)).toBe(true)
    expect(run.losses[0]?.message).toMatch(/timelines stood at position \d+ and now stands at 0: it was wiped; it is built again/)
    expect(await harness.store.zcard('anomaly:timeline:COMMITTED')).toBe(600)
    expect(await harness.content()).toEqual(await cleanContent(harness, other))
  })

  test('while nothing happens are noticed within seconds', async () => {
    await appendSample(harness.log)
    const run = follow(harness)
    await until(() => run.position() === SAMPLE.length)
    redis.cli('FLUSHALL')
    await until(() => run.losses.length === 1)
    await until(async () => (await harness.projection.checkpoint()).position === SAMPLE.length)
    await run.stop()
    expect(redis.cli('ZCARD', 'anomaly:timeline:PUBLISHED')).toBe('5')
  })

  test('are not read while they are being built again: a short count would be believed', async () => {
    await appendSample(harness.log, longHistory(100))
    await harness.catchUp()
    const reader = await openRedisTimelines({ url: redis.url })
    expect(await reader.zcard('anomaly:timeline:all')).toBe(100)
    redis.cli('FLUSHALL')
    await expect(reader.zcard('anomaly:timeline:all')).rejects.toMatchObject({ code: 'TIMELINES_HEALING' })
    await expect(harness.projection.verify?.()).rejects.toMatchObject({ code: 'READ_MODEL_LOST', had: 304, has: 0 })
    await runProjection({ log: harness.log, projection: harness.projection, signal: new AbortController().signal, until: 150 as never })
    await expect(reader.zrangeByScore('anomaly:timeline:all')).rejects.toMatchObject({ code: 'TIMELINES_HEALING', position: 150, target: 304 })
    await harness.catchUp()
    expect(await reader.zcard('anomaly:timeline:all')).toBe(100)
    await reader.close()
  })

  test('by a single key that went are noticed too', async () => {
    await appendSample(harness.log, longHistory(100))
    const run = follow(harness)
    await until(() => run.position() === 304)
    redis.cli('DEL', 'anomaly:timeline:COMMITTED')
    await until(() => run.losses.length === 1)
    await until(async () => (await harness.projection.checkpoint()).position === 304)
    expect(run.losses[0]?.message).toContain('noeviction')
    await run.stop()
    expect(redis.cli('ZCARD', 'anomaly:timeline:COMMITTED')).toBe('100')
    expect(await harness.content()).toEqual(await cleanContent(harness, other))
  })

  test('by a restart of a server that saves nothing are built again', async () => {
    await appendSample(harness.log, longHistory(100))
    const run = follow(harness)
    await until(() => run.position() === 304)
    await redis.kill()
    await redis.restart()
    await appendSample(harness.log, [published('later', 900)], 9000)
    await until(() => run.position() === 305)
    await run.stop()
    expect(run.losses).toHaveLength(1)
    expect(redis.cli('ZCARD', 'anomaly:timeline:all')).toBe('101')
  })

  test('in the middle of a rebuild stop it with the reason, and the live ones are built again', async () => {
    await appendSample(harness.log, longHistory(100))
    await harness.catchUp()
    const rebuild = await harness.projection.beginRebuild()
    await runProjection({ log: harness.log, projection: rebuild.projection, signal: new AbortController().signal, until: 100 as never, poison: 'stop' })
    redis.cli('FLUSHALL')
    await expect(runProjection({ log: harness.log, projection: rebuild.projection, signal: new AbortController().signal, until: 200 as never, poison: 'stop' })).rejects.toMatchObject({ code: 'READ_MODEL_LOST' })
    await rebuild.end()
    await harness.projection.verify?.().catch(() => undefined)
    await harness.catchUp()
    expect(await harness.content()).toEqual(await cleanContent(harness, other))
  })

  test('keys of somebody else under our names are refused, not mixed in', async () => {
    redis.cli('ZADD', 'anomaly:timeline:PUBLISHED', '1', 'of-the-predecessor')
    await appendSample(harness.log)
    await expect(harness.catchUp()).rejects.toMatchObject({ code: 'REDIS_FOREIGN_KEYS' })
    expect(redis.cli('ZCARD', 'anomaly:timeline:PUBLISHED')).toBe('1')
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'one node of a cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => { cluster = await startTestCluster() })
  afterAll(() => cluster.stop())

  test('that is wiped costs its shards alone, and all ends as it was', async () => {
    harness = await createRedisHarness({ url: cluster.url, shards: 8 })
    await appendSample(harness.log, longHistory(300))
    const run = follow(harness)
    const length = await harness.log.length()
    await until(() => run.position() === length)
    const before = await harness.content()
    for (const [i, node] of cluster.nodes.entries()) {
      node.cli('FLUSHALL')
      await until(() => run.losses.length === i + 1)
      await until(async () => run.position() === length && (await harness.projection.checkpoint()).position === length)
      expect((await harness.content())).toEqual(before)
    }
    await run.stop()
    await harness.close()
  })
})

