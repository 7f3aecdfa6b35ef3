/** Every way a server says no ends in one sentence that tells what to do, and never in the password. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import { kindOfSqlError } from '../../sql/retry.js'
import type { TimelineUpdate } from '../store.js'
import { redisErrorFrom } from './errors.js'
import { openRedisTimelines } from './index.js'
import { freePort } from '../../../platform/free-port.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from './testing/redis-server.js'

const update = (from: number, more: Partial<TimelineUpdate> = {}): TimelineUpdate => ({
  name: 'timelines', version: 1, from: asPosition(from), next: { position: asPosition(from + 1), lastEventId: 'e', lastEventAt: 1 },
  scores: new Map([['anomaly:timeline:all', [{ member: 'a', score: from }]]]), hashes: new Map(), deadLetters: [], ...more,
})

const failure = async (work: Promise<unknown>): Promise<Error & { code?: string }> => {
  const error = await work.then(() => undefined, (reason: unknown) => reason as Error)
  expect(error).toBeInstanceOf(Error)
  expect(error?.message).not.toContain('s3cret')
  return error as Error
}

describe('addresses', () => {
  test.each(['', 'localhost:6379', 'http://localhost', 'redis://', 'redis://u:s3cret@host/zero'])('%j is refused as a URL', async (url) => {
    expect(await failure(openRedisTimelines({ url }))).toMatchObject({ code: 'REDIS_BAD_URL' })
  })

  test('where nobody listens is told with host and port, and may pass', async () => {
    const port = await freePort()
    const error = await failure(openRedisTimelines({ url: `redis://u:s3cret@127.0.0.1:${port}` }))
    expect(error).toMatchObject({ code: 'REDIS_UNREACHABLE', message: expect.stringContaining(`127.0.0.1:${port}`) as string })
    expect(kindOfSqlError(error)).toBe('transient')
  })

  test('of hosts that do not exist are told', async () => {
    expect(await failure(openRedisTimelines({ url: 'redis://no-such-host.invalid' }))).toMatchObject({ code: 'REDIS_UNREACHABLE' })
  })
})

test.each([
  ['LOADING Redis is loading the dataset in memory', 'REDIS_LOADING', 'transient'],
  ['MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.', 'REDIS_CANNOT_SAVE', 'transient'],
  ['CLUSTERDOWN Hash slot not served', 'REDIS_CLUSTER_DOWN', 'transient'],
  ['ERR unknown command', 'REDIS_REFUSED', 'other'],
])('%s', (message, code, kind) => {
  const error = redisErrorFrom(new Error(message), 'host:1')
  expect(error).toMatchObject({ code })
  expect(kindOfSqlError(error)).toBe(kind)
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'a server with users', () => {
  let redis: TestRedis
  const url = (user: string, password = 's3cret'): string => `redis://${user}:${password}@127.0.0.1:${redis.port}`
  const rights = ['~anomaly:*', '~timelines:*', '+@read', '+@write', '+@scripting', '+@connection', '+info']
  beforeAll(async () => {
    redis = await startTestRedis({ config: { requirepass: 'root' }, cli: ['--no-auth-warning', '-a', 'root'] })
    redis.cli('ACL', 'SETUSER', 'cybermesh', 'on', '>s3cret', ...rights)
    redis.cli('ACL', 'SETUSER', 'keyless', 'on', '>s3cret', ...rights.filter((word) => word !== '~anomaly:*'))
    redis.cli('ACL', 'SETUSER', 'unscripted', 'on', '>s3cret', ...rights.filter((word) => word !== '+@scripting'))
    redis.cli('ACL', 'SETUSER', 'reader', 'on', '>s3cret', ...rights.filter((word) => word !== '+@write'), '-eval')
  })
  afterAll(() => redis.stop())

  test('a user with the documented rights can do everything', async () => {
    const store = await openRedisTimelines({ url: url('cybermesh') })
    await store.apply(update(0))
    const { end } = await store.beginRebuild()
    await end()
    await store.reset()
    await store.close()
  })

  test('a wrong password, no password, and a user that is not there', async () => {
    expect(await failure(openRedisTimelines({ url: url('cybermesh', 'wrong') }))).toMatchObject({ code: 'REDIS_WRONG_PASSWORD' })
    expect(await failure(openRedisTimelines({ url: `redis://127.0.0.1:${redis.port}` }))).toMatchObject({ code: 'REDIS_WRONG_PASSWORD' })
    expect(await failure(openRedisTimelines({ url: url('nobody') }))).toMatchObject({ code: 'REDIS_WRONG_PASSWORD' })
  })

  test.each(['keyless', 'unscripted', 'reader'])('%s is told which right is missing', async (user) => {
    const store = await openRedisTimelines({ url: url(user) })
    expect(await failure(store.apply(update(0)))).toMatchObject({ code: 'REDIS_NO_PERMISSION', message: expect.stringContaining('ACL SETUSER') as string })
    await store.close()
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'a server in trouble', () => {
  let redis: TestRedis
  beforeAll(async () => { redis = await startTestRedis() })
  afterAll(() => redis.stop())

  test('a replica takes no writes; promoted, it does', async () => {
    redis.cli('FLUSHALL')
    const store = await openRedisTimelines({ url: redis.url })
    await store.apply(update(0))
    redis.cli('REPLICAOF', '127.0.0.1', String(await freePort()))
    const error = await failure(store.apply(update(1)))
    expect(error).toMatchObject({ code: 'REDIS_READ_ONLY' })
    expect(kindOfSqlError(error)).toBe('transient')
    redis.cli('REPLICAOF', 'NO', 'ONE')
    await store.apply(update(1))
    await store.close()
  })

  test('a full memory changes nothing, and with room again it goes on', async () => {
    redis.cli('FLUSHALL')
    const store = await openRedisTimelines({ url: redis.url })
    await store.apply(update(0))
    redis.cli('CONFIG', 'SET', 'maxmemory', '1')
    expect(await failure(store.apply(update(1)))).toMatchObject({ code: 'REDIS_FULL' })
    redis.cli('CONFIG', 'SET', 'maxmemory', '0')
    expect((await store.checkpoint('timelines', 1)).position).toBe(1)
    await store.apply(update(1))
    await store.close()
  })

  test('scripts that the server forgot are sent again', async () => {
    redis.cli('FLUSHALL')
    const store = await openRedisTimelines({ url: redis.url })
    for (let i = 0; i < 5; i++) {
      redis.cli('SCRIPT', 'FLUSH')
      await store.apply(update(i))
    }
    expect(await store.zcard('anomaly:timeline:all')).toBe(1)
    await store.close()
  })

  test('a policy that evicts any key is warned of', async () => {
    const warnings: string[] = []
    redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await (await openRedisTimelines({ url: redis.url, onWarning: (sentence) => warnings.push(sentence) })).close()
    redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await (await openRedisTimelines({ url: redis.url, onWarning: (sentence) => warnings.push(sentence) })).close()
    expect(warnings).toEqual([expect.stringContaining('noeviction')])
  })
})

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'TLS', () => {
  let redis: TestRedis
  let tlsPort: number
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-redis-tls-'))
  const file = (name: string): string => join(folder, name)
  beforeAll(async () => {
    const openssl = (...words: string[]): void => { execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' }) }
    for (const name of ['ca', 'other']) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`)
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', 'server.key', '-out', 'server.csr')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', 'server.pem')
    tlsPort = await freePort()
    redis = await startTestRedis({
      config: { 'tls-port': String(tlsPort), 'tls-cert-file': file('server.pem'), 'tls-key-file': file('server.key'), 'tls-ca-cert-file': file('ca.pem'), 'tls-auth-clients': 'no' },
      cli: ['--tls', '--cacert', file('ca.pem'), '-h', 'localhost'],
    })
  })
  afterAll(async () => {
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const ca = (name: string): string => readFileSync(file(`${name}.pem`), 'utf8')

  test('with the right authority it works', async () => {
    const store = await openRedisTimelines({ url: `rediss://localhost:${tlsPort}`, ca: ca('ca') })
    await store.apply(update(0))
    expect(await store.zcard('anomaly:timeline:all')).toBe(1)
    await store.close()
  })

  test('without it, with another, and for another name it is refused with the reason', async () => {
    expect(await failure(openRedisTimelines({ url: `rediss://localhost:${tlsPort}` }))).toMatchObject({ code: 'REDIS_TLS_REFUSED', message: expect.stringContaining('caFile') as string })
    expect(await failure(openRedisTimelines({ url: `rediss://localhost:${tlsPort}`, ca: ca('other') }))).toMatchObject({ code: 'REDIS_TLS_REFUSED' })
    expect(await failure(openRedisTimelines({ url: `rediss://127.0.0.1:${tlsPort}`, ca: ca('ca') }))).toMatchObject({ code: 'REDIS_TLS_REFUSED' })
  })

  test('on a port without it, and no TLS on a port with it, is unreachable, and the sentence says what was tried', async () => {
    expect(await failure(openRedisTimelines({ url: `rediss://localhost:${redis.port}`, ca: ca('ca') }))).toMatchObject({ code: 'REDIS_UNREACHABLE', message: expect.stringContaining('over TLS') as string })
    expect(await failure(openRedisTimelines({ url: `redis://localhost:${tlsPort}` }))).toMatchObject({ code: 'REDIS_UNREACHABLE' })
  })
})
