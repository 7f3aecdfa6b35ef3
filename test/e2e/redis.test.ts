/** The whole mesh with timelines in a real Redis: the predecessor's commands, a wipe under load, and every command over it. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../cli/up/summary.js'
import { NO_REDIS, skipsRedis, startTestRedis, type TestRedis } from '../../projections/timelines/redis/testing/redis-server.js'
import { cybermesh, startUp, temporaryFolder } from '../support/mesh.js'

const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 120_000
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`${what}: it never came`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

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

  test('keeps timelines there, tells of a wipe under load, and builds them again', async () => {
    const up = startUp(data, '--rate', '30', '--redis', `redis://:s3cret@127.0.0.1:${redis.port}`)
    await up.ready()
    const zcard = (state: string): number => Number(redis.cli('ZCARD', `anomaly:timeline:${state}`))
    await until('commits', () => zcard('COMMITTED') > 30)
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
    expect(json('rebuild', 'timelines')).toMatchObject({ projections: [{ name: 'timelines', equal: true, events: summary.logPosition }] })
    expect(statSync(join(data, 'redis.url')).mode & 0o777).toBe(0o600)
    for (const name of ['projector.json', 'api.json', 'projector.log', 'api.log']) expect(readFileSync(join(data, 'run', name), 'utf8')).not.toContain('s3cret')
  })

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
