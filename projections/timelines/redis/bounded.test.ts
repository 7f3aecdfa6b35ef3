/** How much is kept, in which form, and what the predecessor's commands say. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DomainEvent } from '../../../domain/events/schema.js'
import { packageFile } from '../../../platform/package-root.js'
import { anomalyId, appendSample, at, longHistory, published, SAMPLE, VALIDATORS } from '../../testing/sample-log.js'
import { createRedisHarness, type RedisHarness } from './testing/harness.js'
import { packFields, packMember, unpackFields, unpackMember } from './pack.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

test.each(['3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11', 'a', '', 'A UUID in CAPITALS 3F2B8A52'])('the member %j comes back as it went', (member) => {
  expect(unpackMember(packMember(member))).toBe(member)
})

test('fields come back as they went, and take bytes where they were hex', () => {
  const fields = { state: 'COMMITTED', validator_id: VALIDATORS[0], signature: '00ff'.repeat(32), reason: '', block_height: '12', published_at: '1760595056.125', later: 'x' }
  expect(unpackFields(packFields(fields).map((part) => Buffer.from(part as string)))).toEqual(fields)
  expect(unpackFields(packFields({ validator_id: '', signature: 'none' }).map((part) => Buffer.from(part as string)))).toEqual({ validator_id: '', signature: 'none' })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'on a real server', () => {
  let redis: TestRedis
  let harness: RedisHarness
  beforeAll(async () => { redis = await startTestRedis() })
  afterAll(() => redis.stop())
  beforeEach(() => { redis.cli('FLUSHALL') })
  afterEach(() => harness.close())

  test('the commands of the report of the predecessor run unchanged', async () => {
    harness = await createRedisHarness({ url: redis.url })
    await appendSample(harness.log)
    await harness.catchUp()
    expect(['PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED'].map((state) => redis.cli('ZCARD', `anomaly:timeline:${state}`))).toEqual(['5', '2', '2', '1', '1', '1'])
    const fields = redis.cli('HGETALL', `anomaly:${anomalyId('a')}`).split('\n')
    expect(fields[fields.indexOf('state') + 1]).toBe('COMMITTED')
    expect(fields[fields.indexOf('block_height') + 1]).toBe('1')
    expect(redis.cli('ZRANGE', 'anomaly:timeline:COMMITTED', '0', '-1', 'WITHSCORES').split('\n')).toEqual([anomalyId('a'), String(at(4) / 1000), anomalyId('c'), String(at(36) / 1000)])
    expect(redis.cli('ZREVRANGEBYSCORE', 'anomaly:timeline:all', '+inf', '-inf', 'LIMIT', '0', '1')).toBe(anomalyId('e'))
  })

  test('the raw score of a message is in the hash', async () => {
    harness = await createRedisHarness({ url: redis.url })
    const vectors = JSON.parse(readFileSync(packageFile('test', 'fixtures', 'vectors', 'original-messages.json'), 'utf8')) as { anomaly: { wire: string } }
    await appendSample(harness.log, [published('a', 1, { message: Buffer.from(vectors.anomaly.wire, 'hex').toString('base64') })])
    await harness.catchUp()
    expect(redis.cli('HGET', `anomaly:${anomalyId('a')}`, 'raw_score')).toBe('0.91')
  })

  test('the window keeps the newest, readers still find all, and counts say all that ever came', async () => {
    harness = await createRedisHarness({ url: redis.url, window: 70 })
    await appendSample(harness.log, longHistory(500))
    await harness.catchUp(60)
    for (const name of ['all', 'PUBLISHED', 'ADMITTED', 'COMMITTED']) expect(redis.cli('ZCARD', `anomaly:timeline:${name}`)).toBe('70')
    expect(redis.cli('KEYS', 'anomaly:*-*').split('\n')).toHaveLength(70)
    expect(await harness.store.zcard('anomaly:timeline:COMMITTED')).toBe(500)
    const everything = await harness.store.zrangeByScore('anomaly:timeline:COMMITTED')
    expect(everything).toHaveLength(500)
    expect(new Set(everything.map(({ member }) => member)).size).toBe(500)
    const reversed = await harness.store.zrangeByScore('anomaly:timeline:COMMITTED', { reverse: true, limit: 200 })
    expect(reversed).toEqual([...everything].reverse().slice(0, 200))
    const [min, max] = [everything[100]?.score ?? 0, everything[300]?.score ?? 0]
    expect(await harness.store.zrangeByScore('anomaly:timeline:COMMITTED', { min, max })).toEqual(everything.filter(({ score }) => score >= min && score <= max))
    // Its hash has left the window; the record has the same fields.
    const oldest = everything[0]?.member as string
    expect(redis.cli('EXISTS', `anomaly:${oldest}`)).toBe('0')
    expect(await harness.store.hgetall(`anomaly:${oldest}`)).toEqual({
      state: 'COMMITTED', anomaly_type: 'ddos', confidence: '0.93', severity: '8', published_at: expect.any(String) as string, admitted_at: expect.any(String) as string,
      committed_at: expect.any(String) as string, validator_id: VALIDATORS[0], signature: '01'.repeat(64), block_height: '1', reason: '',
    })
  })

  test('history ends after its hours of log time, and no key is left of what is older', async () => {
    harness = await createRedisHarness({ url: redis.url, historyHours: 3 })
    // One anomaly a minute for ten hours.
    const events: DomainEvent[] = Array.from({ length: 600 }, (_, i) => published(`n${i}`, i * 60))
    await appendSample(harness.log, events)
    await harness.catchUp(50)
    const content = await harness.content()
    const rest = await harness.store.zrangeByScore('anomaly:timeline:all')
    expect(rest.length).toBeGreaterThan(180)
    expect(rest.length).toBeLessThanOrEqual(240)
    expect(content.filter((line) => line.startsWith('0 r:'))).toHaveLength(rest.length)
    expect(redis.cli('KEYS', 'anomaly:*-*').split('\n')).toHaveLength(rest.length)
    expect(redis.cli('ZCARD', 'anomaly:timeline:all')).toBe(String(rest.length))
    expect(await harness.store.zcard('anomaly:timeline:all')).toBe(600)
    // However the calls came.
    redis.cli('FLUSHALL')
    await harness.projection.verify?.().catch(() => undefined)
    await harness.catchUp(7)
    expect(await harness.content()).toEqual(content)
  })

  test('history stays in the compact encodings of the server', async () => {
    harness = await createRedisHarness({ url: redis.url, window: 10 })
    await appendSample(harness.log, longHistory(400))
    await harness.catchUp()
    await harness.content()
    const keys = redis.cli('KEYS', 'timelines:g1:*').split('\n')
    const buckets = keys.filter((key) => key.includes(':b:'))
    const records = keys.filter((key) => key.includes(':r:'))
    expect(buckets).toHaveLength(4 * Math.ceil(400 / 128))
    expect(records).toHaveLength(400)
    for (const key of [...buckets, ...records.slice(0, 20)]) expect(redis.cli('OBJECT', 'ENCODING', key)).toBe('listpack')
    const bytesOf = (key: string): number => Number(redis.cli('MEMORY', 'USAGE', key, 'SAMPLES', '0'))
    const full = buckets.find((key) => redis.cli('ZCARD', key) === '128') as string
    // One big sorted set takes 154 bytes a member.
    expect(bytesOf(full) / 128).toBeLessThan(35)
    expect(bytesOf(records[0] as string)).toBeLessThan(400)
  })

  test('a late event of an anomaly that is gone brings back no fragment of it', async () => {
    harness = await createRedisHarness({ url: redis.url, window: 2 })
    await appendSample(harness.log, SAMPLE.slice(0, 5))
    await harness.catchUp()
    await appendSample(harness.log, SAMPLE.slice(5), 100)
    await harness.catchUp(1)
    const hashes = redis.cli('KEYS', 'anomaly:*-*').split('\n').sort()
    expect(hashes).toEqual([`anomaly:${anomalyId('d')}`, `anomaly:${anomalyId('e')}`].sort())
    expect(await harness.store.hgetall(`anomaly:${anomalyId('c')}`)).toMatchObject({ state: 'COMMITTED', timeout_at: String(at(32) / 1000) })
  })
})
