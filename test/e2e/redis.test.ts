/** The whole mesh with timelines in a real Redis: the predecessor's commands, a wipe under load, and every command over it. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FsckReport } from '../../cli/fsck/run-fsck.js'
import type { Summary } from '../../cli/up/summary.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from '../../projections/timelines/redis/testing/redis-server.js'
import { cybermesh, startUp, temporaryFolder, type Up } from '../support/mesh.js'

const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 120_000
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`${what}: it never came`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const psql = (...words: string[]): string => {
  const { stdout, stderr, error } = spawnSync('psql', words, { encoding: 'utf8', timeout: 30_000 })
  return error === undefined ? `${stdout}${stderr}` : String(error)
}
const skipsPsql = process.env['CYBERMESH_FULL'] !== '1' && !psql('--version').startsWith('psql')

describe.skipIf(skipsRedis)(skipsRedis ? NO_REDIS : 'up --redis', () => {
  let redis: TestRedis
  let summary: Summary
  const { path: data, remove } = temporaryFolder()
  const json = (...args: string[]): unknown => JSON.parse(cybermesh(...args, '--data', data, '--json').stdout)
  beforeAll(async () => { redis = await startTestRedis({ config: { requirepass: 's3cret' }, cli: ['--no-auth-warning', '-a', 's3cret'] }) })
  afterAll(async () => {
    await redis.stop()
    remove()
  })

  test('a wrong password ends the start with a sentence that does not repeat it', () => {
    const { code, stderr } = cybermesh('up', '--data', data, '--redis', `redis://:wr0ng@127.0.0.1:${redis.port}`)
    expect(code).not.toBe(0)
    expect(stderr).toContain('does not take this user and password')
    expect(stderr).not.toContain('wr0ng')
  })

  const zcard = (state: string): number => Number(redis.cli('ZCARD', `anomaly:timeline:${state}`))
  let up: Up

  test('redis-cli answers the commands of the predecessor while the mesh runs', async () => {
    up = startUp(data, '--rate', '30', '--redis', `redis://:s3cret@127.0.0.1:${redis.port}`)
    await up.ready()
    await until('commits', () => zcard('COMMITTED') > 30)
    expect(redis.cli('ZCARD', 'anomaly:timeline:COMMITTED')).toMatch(/^\d+$/)
    // One batch changes sets and hashes together, so whoever is in the set has its hash. One that a block admitted, before
    // any receipt of it was read, has no validator to name.
    const hashOf = (id: string): Record<string, string> => {
      const lines = redis.cli('HGETALL', `anomaly:${id}`).split('\n')
      return Object.fromEntries(lines.flatMap((name, at) => (at % 2 === 0 ? [[name, lines[at + 1] ?? '']] : [])))
    }
    let id = ''
    let hash: Record<string, string> = {}
    await until('one that a receipt admitted', () => {
      for (id of redis.cli('ZREVRANGE', 'anomaly:timeline:COMMITTED', '0', '19').split('\n')) {
        hash = hashOf(id)
        if ('validator_id' in hash) return true
      }
      return false
    })
    expect(hash).toMatchObject({
      state: 'COMMITTED', anomaly_type: expect.stringMatching(/^[a-z_]+$/) as string, severity: expect.stringMatching(/^([1-9]|10)$/) as string,
      block_height: expect.stringMatching(/^\d+$/) as string, validator_id: expect.stringMatching(/./) as string, signature: expect.stringMatching(/^[0-9a-f]{128}$/) as string,
    })
    for (const score of ['raw_score', 'confidence']) expect(Number(hash[score]), score).toBeGreaterThan(0)
    const [publishedAt, admittedAt, committedAt] = ['published_at', 'admitted_at', 'committed_at'].map((name) => Number(hash[name])) as [number, number, number]
    expect(publishedAt).toBeGreaterThan(Date.now() / 1000 - 300)
    expect(admittedAt).toBeGreaterThanOrEqual(publishedAt)
    expect(committedAt).toBeGreaterThanOrEqual(admittedAt)
    expect(Number(redis.cli('ZSCORE', 'anomaly:timeline:COMMITTED', id))).toBe(committedAt)
  })

  test.skipIf(skipsPsql)('psql answers the query of the predecessor while the mesh runs', async () => {
    const ask = (): string => psql(readFileSync(join(data, 'sql.url'), 'utf8').trim(), '--csv', '-c', "SELECT height, tx_count, encode(state_root,'hex') FROM blocks ORDER BY height DESC LIMIT 5;")
    let printed = ''
    // The projector follows the chain; a block that finishes the one before it when nothing more waits is empty.
    await until('five blocks, and one of them not empty', () => {
      printed = ask()
      return printed.trimEnd().split('\n').length === 6 && /^\d+,[1-9]/m.test(printed)
    })
    const [header, ...rows] = printed.trimEnd().split('\n')
    expect(header).toBe('height,tx_count,encode')
    expect(rows).toHaveLength(5)
    for (const row of rows) expect(row).toMatch(/^\d+,\d+,[0-9a-f]{64}$/)
    const heights = rows.map((row) => Number(row.split(',')[0]))
    expect(heights).toEqual(heights.map((_, at) => (heights[0] as number) - at))
  })

  test('tells of a wipe under load, and builds them again', async () => {
    redis.cli('FLUSHALL')
    await until('the loss is told', async () => 'losses' in await up.status('projector'))
    expect(await up.status('projector')).toMatchObject({ losses: { timelines: { times: 1, reason: expect.stringContaining('wiped') as string } } })
    expect(readFileSync(join(data, 'run', 'projector.log'), 'utf8')).toContain('it is built again from the event log')
    await until('commits again', () => zcard('COMMITTED') > 60)
    summary = await up.interrupt()
    expect(summary.projections.timelines?.position).toBe(summary.logPosition)
  })

  test('the commands of the report of the predecessor answer what the summary says', () => {
    const counts = ['PUBLISHED', 'ADMITTED', 'COMMITTED'].map((state) => redis.cli('ZCARD', `anomaly:timeline:${state}`))
    expect(counts).toEqual([summary.published, summary.admitted, summary.committed].map(String))
    const [id] = redis.cli('ZREVRANGE', 'anomaly:timeline:COMMITTED', '0', '0').split('\n')
    expect(redis.cli('HGET', `anomaly:${id}`, 'state')).toBe('COMMITTED')
    expect(redis.cli('HGETALL', `anomaly:${id}`)).toContain('raw_score')
  })

  test('every command reads them there, and the password stays in one file', () => {
    expect(json('timeline', 'ZCARD', 'anomaly:timeline:COMMITTED')).toEqual({ reply: summary.committed })
    expect(json('query', '{ timelineCount(state: COMMITTED) }')).toMatchObject({ data: { timelineCount: summary.committed } })
    expect(json('status')).toMatchObject({ projections: { timelines: { position: summary.logPosition } } })
    const { checks } = json('doctor') as { checks: { check: string; level: string }[] }
    expect(checks.filter(({ level }) => level === 'fail')).toEqual([])
    expect(checks).toContainEqual(expect.objectContaining({ check: 'timelines', level: 'ok' }))
    // That it begins is an event too.
    expect(json('rebuild', 'timelines')).toMatchObject({ projections: [{ name: 'timelines', equal: true, events: summary.logPosition + 1 }] })
    expect(statSync(join(data, 'redis.url')).mode & 0o777).toBe(0o600)
    for (const name of ['projector.json', 'api.json', 'projector.log', 'api.log']) expect(readFileSync(join(data, 'run', name), 'utf8')).not.toContain('s3cret')
  })

  test('fsck finds one changed field and one moved member in Redis, and nothing where all is as it was', () => {
    const fsck = (): FsckReport => json('audit', 'fsck') as FsckReport
    expect(fsck()).toMatchObject({ ok: true, difference: null, checked: expect.arrayContaining([{ what: 'read models', sentence: expect.stringContaining('timelines at') as string }]) as unknown })
    const [id = '', score = ''] = redis.cli('ZRANGE', 'anomaly:timeline:COMMITTED', '0', '0', 'WITHSCORES').split('\n')
    const hash = `anomaly:${id}`
    const severity = Number(redis.cli('HGET', hash, 'severity'))
    redis.cli('HSET', hash, 'severity', String(severity ^ 1))
    expect(fsck().difference).toEqual({ where: `timelines, table hashes, row ${hash}, severity`, expected: `"${severity}"`, found: `"${severity ^ 1}"` })
    redis.cli('HSET', hash, 'severity', String(severity))
    redis.cli('ZADD', 'anomaly:timeline:COMMITTED', String(Number(score) + 1), id)
    expect(fsck().difference).toMatchObject({ where: `timelines, table sets, row anomaly:timeline:COMMITTED, ${id}`, expected: `"${score}"` })
    redis.cli('ZADD', 'anomaly:timeline:COMMITTED', score, id)
    expect(fsck()).toMatchObject({ ok: true, difference: null })
  }, 300_000)

  test('a Redis that is away is told by every command', async () => {
    await redis.kill()
    const { code, stderr } = cybermesh('timeline', 'ZCARD', 'anomaly:timeline:COMMITTED', '--data', data)
    expect(code).not.toBe(0)
    expect(stderr).toContain('cannot be reached')
    await redis.restart()
    // It saves nothing; the next command that needs the timelines fills them.
    expect(json('query', '{ timelineCount(state: COMMITTED) }')).toMatchObject({ data: { timelineCount: summary.committed } })
  })
})
