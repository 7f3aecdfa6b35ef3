/** The whole mesh with its event log on a server that speaks EventStoreDB's protocol, which dies once on the way. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../cli/up/summary.js'
import { openKurrentLog } from '../../eventlog/kurrent/index.js'
import { runChild, type Child } from '../../platform/postgres/testing/run-child.js'
import { cybermesh, startUp, temporaryFolder } from '../support/mesh.js'

const SERVER = new URL('../../eventlog/testing/server/serve.ts', import.meta.url)

const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 120_000
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`${what}: it never came`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('up --eventlog', () => {
  const { path: data, remove } = temporaryFolder()
  const { path: serverFolder, remove: removeServer } = temporaryFolder()
  let server: Child
  let url = ''
  let summary: Summary
  const serve = async (port: string): Promise<string> => {
    server = runChild(SERVER, [join(serverFolder, 'events'), port])
    await until('the server answers', () => server.lines.length > 0)
    return server.lines[0] as string
  }
  const json = (...args: string[]): unknown => JSON.parse(cybermesh(...args, '--data', data, '--json').stdout)
  beforeAll(async () => { url = await serve('0') })
  afterAll(async () => {
    server.kill('SIGKILL')
    await server.ended
    remove()
    removeServer()
  })

  test('an address of something else ends the start with a sentence that does not repeat the password', () => {
    const { code, stderr } = cybermesh('up', '--data', data, '--eventlog', 'postgres://user:s3cret@127.0.0.1:1')
    expect(code).not.toBe(0)
    expect(stderr).toContain('kurrentdb://host:2113')
    expect(stderr).not.toContain('s3cret')
  })

  test('records there, and goes on when the server was killed and came back', async () => {
    const up = startUp(data, '--rate', '20', '--eventlog', url)
    await up.ready()
    const committed = async (): Promise<number> => Number((await up.status('recorder'))['committed'])
    await until('commits', async () => await committed() > 20)
    server.kill('SIGKILL')
    await server.ended
    const before = await committed()
    expect(await serve(new URL(url.replace('kurrentdb:', 'http:')).port)).toBe(url)
    await until('commits again', async () => await committed() > before + 20)
    summary = await up.interrupt()
    expect(summary.committed).toBeGreaterThan(40)
    expect(Object.values(summary.projections).map(({ position }) => position)).toEqual(Object.values(summary.projections).map(() => summary.logPosition))
  })

  test('the log there is whole: positions without gaps, every id once, the chain in order', async () => {
    const log = await openKurrentLog({ url, create: false })
    const ids = new Set<string>()
    let due = 0
    const heights: number[] = []
    for await (const { id, position, event } of log.readAll()) {
      expect(position).toBe(due)
      due += 1
      ids.add(id)
      if (event.type === 'BlockCommitted') heights.push(event.data.height)
    }
    expect([due, ids.size]).toEqual([summary.logPosition, summary.logPosition])
    expect(heights).toEqual(Array.from({ length: summary.height }, (_, i) => i + 1))
    expect(await log.lastRevision('chain')).toBe(summary.height - 1)
    await log.close()
  })

  test('every command reads it there, and its address stays in one file', () => {
    expect(json('status')).toMatchObject({ logPosition: summary.logPosition })
    const { checks } = json('doctor') as { checks: { check: string; level: string }[] }
    expect(checks.filter(({ level }) => level === 'fail')).toEqual([])
    const { projections } = json('rebuild', '--all') as { projections: { equal: boolean; events: number }[] }
    expect(projections.every(({ equal }) => equal)).toBe(true)
    expect(statSync(join(data, 'eventlog.url')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(data, 'run', 'recorder.json'), 'utf8')).not.toContain('kurrentdb:')
  })

  test('a folder with a log of its own refuses to move to a server', () => {
    const own = temporaryFolder()
    expect(cybermesh('up', '--data', own.path, '--for', '1', '--validators', '1', '--json').code).toBe(0)
    const { code, stderr } = cybermesh('up', '--data', own.path, '--for', '1', '--eventlog', url)
    own.remove()
    expect(code).not.toBe(0)
    expect(stderr).toContain('holds an event log of its own')
  })
})
