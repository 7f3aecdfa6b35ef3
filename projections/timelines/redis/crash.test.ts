/** kill -9 of the projector, of a rebuild and of the server at any point: the end equals a clean build, byte for byte. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundleProgram } from '../../../platform/testing/bundle-program.js'
import { runChild } from '../../../platform/postgres/testing/run-child.js'
import { rebuildProjection } from '../../runtime/rebuild.js'
import { runProjection } from '../../runtime/run.js'
import { seededRandom } from '../../testing/seeded-random.js'
import { appendSample, longHistory } from '../../testing/sample-log.js'
import { contentOf, createRedisHarness, type RedisHarness } from './testing/harness.js'
import { startTestCluster, type TestCluster } from './testing/redis-cluster.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

const CHILD = await bundleProgram(new URL('./testing/work-until-killed.ts', import.meta.url))
const KILLS = Number(process.env.CYBERMESH_KILLS ?? 12)
const HISTORY = longHistory(400)
const never = new AbortController().signal

let harness: RedisHarness

/** Starts the child, lets it get to a point that `random` chooses, and kills it there. */
async function killSomewhere(work: 'live' | 'rebuild', url: string, random: () => number, shards?: number): Promise<void> {
  const child = runChild(CHILD, [work, harness.logPath, url, ...(shards === undefined ? [] : [String(shards)])])
  const lines = 1 + Math.floor(random() * (work === 'live' ? 30 : 12))
  const deadline = Date.now() + 20_000
  let end: unknown
  void child.ended.then((code) => { end = code }, (error: unknown) => { end = error })
  while (child.lines.length < lines && Date.now() < deadline && end === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(end).toBeUndefined()
  // Somewhere in the batch that follows.
  await new Promise((resolve) => setTimeout(resolve, random() * 4))
  child.kill('SIGKILL')
  await child.ended
}

async function cleanContent(redis: TestRedis): Promise<readonly string[]> {
  redis.cli('FLUSHALL')
  const clean = await createRedisHarness({ url: redis.url })
  await runProjection({ log: harness.log, projection: clean.projection, signal: never, untilEnd: true })
  await clean.close()
  return contentOf({ url: redis.url })
}

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : `killed ${KILLS} times`, () => {
  let redis: TestRedis
  let other: TestRedis
  beforeAll(async () => { [redis, other] = await Promise.all([startTestRedis(), startTestRedis()]) })
  afterAll(() => Promise.all([redis.stop(), other.stop()]))
  beforeEach(async () => {
    redis.cli('FLUSHALL')
    harness = await createRedisHarness({ url: redis.url })
    await appendSample(harness.log, HISTORY)
    return () => harness.close()
  })

  test('a projector', async () => {
    const random = seededRandom(7)
    for (let kill = 0; kill < KILLS; kill++) {
      // At the end of the log it would idle, so it begins again.
      if ((await harness.projection.checkpoint()).position > HISTORY.length - 100) redis.cli('FLUSHALL')
      await killSomewhere('live', redis.url, random)
    }
    await harness.catchUp()
    expect(await harness.content()).toEqual(await cleanContent(other))
  }, 60_000 + KILLS * 5000)

  test('a rebuild: the live version stays whole, and the next rebuild finds it equal', async () => {
    await harness.catchUp()
    const before = await harness.content()
    const random = seededRandom(11)
    for (let kill = 0; kill < KILLS; kill++) {
      await killSomewhere('rebuild', redis.url, random)
      expect(redis.cli('ZCARD', 'anomaly:timeline:COMMITTED')).toBe('400')
      expect(await harness.content()).toEqual(before)
      // They would end by themselves in half a minute.
      redis.cli('DEL', 'timelines:rebuilding', 'timelines:hold')
    }
    expect(await rebuildProjection({ log: harness.log, projection: harness.projection, signal: never })).toMatchObject({ equal: true, events: HISTORY.length })
    const generations = new Set(redis.cli('KEYS', 'timelines:g*').split('\n').map((key) => /g(\d+)/.exec(key)?.[1]))
    expect(generations.size).toBe(2)
  }, 60_000 + KILLS * 5000)
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : `a projector killed ${KILLS} times over a cluster`, () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startTestCluster()
    harness = await createRedisHarness({ url: cluster.url, shards: 8 })
    await appendSample(harness.log, HISTORY)
  })
  afterAll(async () => {
    await harness.close()
    await cluster.stop()
  })

  test('between the shards of a batch loses and doubles nothing', async () => {
    const random = seededRandom(13)
    for (let kill = 0; kill < KILLS; kill++) await killSomewhere('live', cluster.url, random, 8)
    await harness.catchUp()
    const content = await harness.content()
    expect(await harness.store.zcard('anomaly:timeline:COMMITTED')).toBe(400)
    expect(await rebuildProjection({ log: harness.log, projection: harness.projection, signal: never })).toMatchObject({ equal: true })
    expect(await harness.content()).toEqual(content)
  }, 60_000 + KILLS * 5000)
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'the server killed six times under load', () => {
  test.each(['everysec', 'always'])('with its append file written %s', async (fsync) => {
    const [redis, other] = await Promise.all([startTestRedis({ config: { appendonly: 'yes', appendfsync: fsync } }), startTestRedis()])
    harness = await createRedisHarness({ url: redis.url })
    await appendSample(harness.log, HISTORY)
    const abort = new AbortController()
    const retried: unknown[] = []
    let position = 0
    const running = runProjection({
      log: harness.log, projection: harness.projection, signal: abort.signal, batchEvents: 4,
      onRetry: (error) => retried.push((error as { code?: unknown }).code), onProgress: (progress) => { position = progress.position },
    })
    let failure: unknown
    running.catch((error: unknown) => { failure = error })
    const untilPosition = async (wanted: number): Promise<void> => {
      while (position < wanted) {
        if (failure !== undefined) throw failure
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    for (let kill = 1; kill <= 6; kill++) {
      await untilPosition(kill * 150)
      await redis.kill()
      await redis.restart()
    }
    await untilPosition(HISTORY.length)
    abort.abort()
    await running
    expect(new Set(retried)).toEqual(new Set(['REDIS_UNREACHABLE']))
    expect(await harness.content()).toEqual(await cleanContent(other))
    await harness.close()
    await redis.stop()
    await other.stop()
  })
})
