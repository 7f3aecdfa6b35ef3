import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { binariesIn, findBinaries } from './binaries.js'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './index.js'
import { isRunning } from './leftover.js'
import { placeDatabase } from './placement.js'
import { canReach } from './run-as.js'
import { runChild } from './testing/run-child.js'

const CHILD = new URL('./testing/start-and-wait.ts', import.meta.url)
const isRoot = process.getuid?.() === 0
const NOBODY = { uid: 65534, gid: 65534 }

async function rowsOf({ url }: EmbeddedPostgres): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ value: string }>('SELECT value FROM kept ORDER BY value')
  await client.end()
  return rows.map(({ value }) => value)
}

async function firstLine(child: ReturnType<typeof runChild>): Promise<{ pid: number; uid: number }> {
  while (child.lines.length === 0) {
    await Promise.race([child.ended, new Promise((resolve) => setTimeout(resolve, 10))])
  }
  return JSON.parse(child.lines[0] as string) as { pid: number; uid: number }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-pg-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the embedded PostgreSQL', () => {
  test('starts on loopback with a password only its owner can read, never as root', async () => {
    const database = await startEmbeddedPostgres({ dataDir: folder })
    try {
      expect(database.url).toMatch(/^postgres:\/\/cybermesh:[\w-]{32}@127\.0\.0\.1:\d+\/cybermesh$/)
      expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600)
      expect(statSync(`/proc/${database.pid}`).uid).not.toBe(0)
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      const setting = async (name: string): Promise<unknown> => (await client.query<{ value: string }>('SELECT current_setting($1) AS value', [name])).rows[0]?.value
      expect(await setting('fsync')).toBe('on')
      expect(await setting('listen_addresses')).toBe('127.0.0.1')
      expect(await setting('unix_socket_directories')).toBe('')
      expect(await setting('server_encoding')).toBe('UTF8')
      await client.end()
      const stranger = new pg.Client({ connectionString: database.url.replace(/:[\w-]{32}@/, ':wrong@') })
      await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
    } finally {
      await database.stop()
    }
    expect(isRunning(database.pid)).toBe(false)
  })

  test('keeps its rows over a stop and a start, and starts again in less than two seconds', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder })
    const client = new pg.Client({ connectionString: first.url })
    await client.connect()
    await client.query("CREATE TABLE kept (value TEXT PRIMARY KEY); INSERT INTO kept VALUES ('a')")
    await client.end()
    await first.stop()
    await first.stop()
    const start = performance.now()
    const second = await startEmbeddedPostgres({ dataDir: folder })
    expect(performance.now() - start).toBeLessThan(2000)
    expect(await rowsOf(second)).toEqual(['a'])
    await second.stop()
  })

  test('after kill -9 of the program alone, the postgres left running is stopped and the row is there', async () => {
    const child = runChild(CHILD, [folder, 'a'])
    const { pid } = await firstLine(child)
    child.kill('SIGKILL')
    await child.ended
    expect(isRunning(pid)).toBe(true)
    const again = await startEmbeddedPostgres({ dataDir: folder })
    expect(again.pid).not.toBe(pid)
    expect(isRunning(pid)).toBe(false)
    expect(await rowsOf(again)).toEqual(['a'])
    await again.stop()
  })

  test('after kill -9 of everything, postgres recovers and the rows of every run are there', async () => {
    for (const value of ['a', 'b', 'c']) {
      const child = runChild(CHILD, [folder, value])
      const { pid } = await firstLine(child)
      child.kill('SIGKILL')
      process.kill(pid, 'SIGKILL')
      await child.ended
    }
    const again = await startEmbeddedPostgres({ dataDir: folder })
    expect(await rowsOf(again)).toEqual(['a', 'b', 'c'])
    await again.stop()
  })

  test('a living owner is never robbed of its database', async () => {
    const child = runChild(CHILD, [folder, 'a'])
    const { pid } = await firstLine(child)
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({ code: 'IN_USE', message: expect.stringContaining(String(child.process.pid)) as string })
    expect(isRunning(pid)).toBe(true)
    child.kill('SIGKILL')
    await child.ended
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
  })

  test('a postmaster.pid whose number belongs to another program hinders nothing and harms nobody', async () => {
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    writeFileSync(join(folder, 'pgdata', 'postmaster.pid'), `${process.pid}\n${join(folder, 'pgdata')}\n`)
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
  })

  test('a first start that was killed half way is made again', async () => {
    mkdirSync(join(folder, 'pgdata.unfinished'))
    writeFileSync(join(folder, 'pgdata.unfinished', 'junk'), 'junk')
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    expect(existsSync(join(folder, 'pgdata.unfinished'))).toBe(false)
  })

  test('a database of another major version is refused with what to do', async () => {
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    writeFileSync(join(folder, 'pgdata', 'PG_VERSION'), '12\n')
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({ code: 'OTHER_VERSION', message: expect.stringContaining('delete that folder') as string })
  })

  test.runIf(isRoot)('as root, a data folder that nobody can enter is served from the shared folder, and the operator is told', async () => {
    const closed = mkdtempSync(join(homedir(), 'cybermesh-pg-'))
    chmodSync(closed, 0o700)
    try {
      const first = await startEmbeddedPostgres({ dataDir: join(closed, 'sql') })
      expect(first.notice).toMatch(/does not run as root.*\/var\/lib\/cybermesh\//)
      expect(first.dataDir).toMatch(/^\/var\/lib\/cybermesh\//)
      await first.stop()
      const second = await startEmbeddedPostgres({ dataDir: join(closed, 'sql') })
      expect(second.dataDir).toBe(first.dataDir)
      await second.stop()
      // A folder deleted and made again must not meet the tables of its predecessor.
      rmSync(join(closed, 'sql'), { recursive: true })
      const third = await startEmbeddedPostgres({ dataDir: join(closed, 'sql') })
      expect(third.dataDir).not.toBe(first.dataDir)
      expect(existsSync(first.dataDir)).toBe(false)
      await third.stop()
      // Nor may deleted folders leave their databases behind for ever.
      rmSync(join(closed, 'sql'), { recursive: true })
      const other = await startEmbeddedPostgres({ dataDir: join(closed, 'other') })
      expect(existsSync(third.dataDir)).toBe(false)
      await other.stop()
      rmSync(join(other.dataDir, '..'), { recursive: true, force: true })
    } finally {
      rmSync(closed, { recursive: true, force: true })
    }
  })

  test.runIf(isRoot)('as root in a checkout that nobody can enter, the programs are copied once to where they run', async () => {
    const closed = mkdtempSync(join(homedir(), 'cybermesh-pg-'))
    chmodSync(closed, 0o700)
    const found = findBinaries()
    cpSync(found.folder, join(closed, 'native'), { recursive: true, verbatimSymlinks: true })
    const hidden = binariesIn(join(closed, 'native'), `${found.version}-test-${process.pid}`)
    try {
      const first = await placeDatabase(folder, hidden, NOBODY)
      expect(first.notice).toMatch(/its programs in \/var\/lib\/cybermesh\/postgres-/)
      expect(first.home).toBe(folder)
      const { stdout, status } = spawnSync(first.binaries.initdb, ['--version'], { encoding: 'utf8', cwd: '/', ...NOBODY })
      expect([status, stdout]).toEqual([0, expect.stringContaining('PostgreSQL') as string])
      const copiedAt = statSync(first.binaries.folder).ctimeMs
      const second = await placeDatabase(folder, hidden, NOBODY)
      expect(statSync(second.binaries.folder).ctimeMs).toBe(copiedAt)
      rmSync(first.binaries.folder, { recursive: true, force: true })
    } finally {
      rmSync(closed, { recursive: true, force: true })
    }
  })

  test.runIf(isRoot)('as another user than root it runs as that user', async (context) => {
    if (!canReach(NOBODY, process.cwd())) return context.skip('this checkout cannot be entered by another user')
    chownSync(folder, NOBODY.uid, NOBODY.gid)
    const child = runChild(CHILD, [folder, 'a'], NOBODY)
    const { pid, uid } = await firstLine(child)
    expect(uid).toBe(NOBODY.uid)
    expect(statSync(`/proc/${pid}`).uid).toBe(NOBODY.uid)
    child.kill('SIGKILL')
    await child.ended
    const again = runChild(CHILD, [folder, 'b'], NOBODY)
    const second = await firstLine(again)
    again.kill('SIGKILL')
    process.kill(second.pid, 'SIGKILL')
    await again.ended
    expect(readFileSync(join(folder, 'pgdata', 'PG_VERSION'), 'utf8').trim()).toBe('18')
  })
})
