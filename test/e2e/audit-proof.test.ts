import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FsckReport } from '../../cli/fsck/run-fsck.js'
import type { Verification } from '../../audit/verifier/index.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { packageFile } from '../../platform/package-root.js'
import { startEmbeddedPostgres } from '../../platform/postgres/index.js'
import { openTables } from '../../projections/timelines/embedded/tables.js'
import { cybermesh, startUp, temporaryFolder, until } from '../support/mesh.js'

const MAIN = packageFile('dist/cli/main.js')
const folder = temporaryFolder()
const data = join(folder.path, '.cybermesh')
const path = (name: string): string => join(folder.path, name)
const genesis = join(data, 'genesis.json')

/** Whatever would reach a network throws. */
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(`
import net from 'node:net'; import dns from 'node:dns'; import dgram from 'node:dgram'
const no = () => { throw new Error('there is no network') }
net.Socket.prototype.connect = no; dgram.createSocket = no; dns.lookup = no; globalThis.fetch = no`)}`

/** The commands of the guide, in order, in a shell. */
const guide = [...readFileSync(packageFile('docs/guides/audit.md'), 'utf8').matchAll(/```sh\n([\s\S]+?)```/g)].flatMap(([, block]) => (block as string).trim().split('\n'))

function run(command: string): string {
  const line = command.replace(/^npx cybermesh/, `'${process.execPath}' '${MAIN}'`).replace('detector/samples', packageFile('detector/samples'))
  return execFileSync('/bin/sh', ['-c', line], { cwd: folder.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 })
}

describe('a proof and a check of everything', () => {
  const ids: string[] = []
  const bundles = new Map<string, Uint8Array>()
  beforeAll(() => {
    const [up, query, ...rest] = guide as [string, string, ...string[]]
    run(up)
    ids.push(...[...run(query.replace('first: 1', 'first: 100')).matchAll(/"id": "([0-9a-f-]{36})"/g)].map(([, id]) => id as string))
    expect(run(query)).toContain('COMMITTED')
    // The rest of the guide, word for word.
    const said = rest.map((command) => run(command.replace(' ID ', ` ${ids[0]} `)))
    expect(rest).toHaveLength(4)
    expect(said[1]).toContain('the proof holds')
    expect(said[2]).toContain('the receipt holds')
    expect(said[3]).toContain('no difference')
  }, 600_000)
  afterAll(() => folder.remove())

  const verify = (file: string, against = genesis): { code: number; verification: Verification } => {
    const { code, stdout } = cybermesh('audit', 'verify', file, '--genesis', against, '--json')
    return { code, verification: JSON.parse(stdout) as Verification }
  }

  test('every committed anomaly is proved by a file that verifies with the network off', () => {
    expect(ids.length).toBeGreaterThanOrEqual(4)
    for (const id of ids) {
      const file = path(`${id}.proof`)
      expect(cybermesh('audit', 'prove', id, '--out', file, '--data', data)).toMatchObject({ code: 0 })
      bundles.set(id, readFileSync(file))
      const answer = execFileSync(process.execPath, ['--import', NO_NETWORK, MAIN, 'audit', 'verify', file, '--genesis', genesis, '--json'], { encoding: 'utf8' })
      expect(JSON.parse(answer)).toMatchObject({ ok: true, proven: { anomaly: { id }, commit: { quorum: 4, validators: 5 } } })
    }
  }, 300_000)

  test('with a bit changed, or under another genesis, it does not hold, the exit code is 1 and the part is named', () => {
    const file = Buffer.from([...bundles.values()][0] as Uint8Array)
    for (let at = 100; at < file.length; at += Math.ceil(file.length / 6)) {
      const changed = Buffer.from(file)
      changed[at]! ^= 1
      writeFileSync(path('changed'), changed)
      const { code, verification } = verify(path('changed'))
      expect([code, verification]).toMatchObject([1, { ok: false, sentence: expect.stringMatching(/^[a-z]+(\.[a-z]+)?: /i) as string }])
    }
    const other = JSON.parse(readFileSync(genesis, 'utf8')) as { network: string }
    writeFileSync(path('other-genesis'), JSON.stringify({ ...other, network: 'another' }))
    expect(verify(path(`${ids[0]}.proof`), path('other-genesis'))).toMatchObject({ code: 1, verification: { part: 'genesis' } })
  })

  test('what cannot be proved is said in a sentence', () => {
    const prove = (id: string): string => cybermesh('audit', 'prove', id, '--out', path('none'), '--data', data).stderr
    expect(prove('x')).toContain('is no anomaly id')
    expect(prove('00000000-0000-4000-8000-000000000000')).toContain('the event log has no anomaly')
    expect(cybermesh('audit', 'verify', path('missing'), '--genesis', genesis).stderr).toContain('cannot be read')
  })

  describe('fsck finds one changed bit in', () => {
    const fsck = (): { code: number; report: FsckReport } => {
      const { code, stdout, stderr } = cybermesh('audit', 'fsck', '--data', data, '--json')
      if (stdout === '') throw new Error(stderr)
      return { code, report: JSON.parse(stdout) as FsckReport }
    }
    const expectDifference = (where: RegExp): void => {
      const { code, report } = fsck()
      expect([code, report.difference?.where]).toEqual([1, expect.stringMatching(where) as string])
    }
    const audit = join(data, 'recorder', 'audit')
    /** Changes a file while `check` runs. */
    const withFile = (file: string, change: (bytes: Buffer) => void, check: () => void): void => {
      const before = readFileSync(file)
      const changed = Buffer.from(before)
      change(changed)
      writeFileSync(file, changed)
      try {
        check()
      } finally {
        writeFileSync(file, before)
      }
    }
    const partial = (place: string): string => join(audit, 'tile', place, '000.p', readdirSync(join(audit, 'tile', place, '000.p'))[0] as string)

    /** Changes values of an LMDB table while `check` runs. */
    async function withValue(store: string, table: string, pick: (value: Buffer) => number | undefined, check: () => void): Promise<void> {
      const set = async (change: (value: Buffer, key: never) => Buffer | undefined): Promise<void> => {
        const root = openLmdb(store, { maxDbs: 16 })
        const rows = root.openDB<Buffer, never>({ name: table, encoding: 'binary' })
        for (const { key, value } of [...rows.getRange()]) {
          const changed = change(Buffer.from(value), key)
          if (changed === undefined) continue
          rows.putSync(key, changed)
          break
        }
        await root.close()
      }
      let before: { key: string; value: Buffer } | undefined
      await set((value, key) => {
        const at = pick(value)
        if (at === undefined) return undefined
        before = { key: JSON.stringify(key), value: Buffer.from(value) }
        value[at]! ^= 1
        return value
      })
      expect(before).toBeDefined()
      try {
        check()
      } finally {
        await set((_value, key) => (JSON.stringify(key) === before?.key ? before.value : undefined))
      }
    }

    test('an entry of the log', async () => {
      const inEntry = (text: string) => (value: Buffer): number | undefined => { const at = value.indexOf(text); return at < 0 ? undefined : at + text.length }
      await withValue(join(data, 'eventlog'), 'entries', inEntry('"blockTimestamp":"1'), () => expectDifference(/^event log, position \d+$/))
      await withValue(join(data, 'eventlog'), 'entries', inEntry('"message":"Ci'), () => expectDifference(/^event log, position \d+$/))
    }, 120_000)

    test('a tile, a bundle of entries, and every line of the checkpoint', () => {
      withFile(partial('0'), (bytes) => { bytes[40]! ^= 1 }, () => expectDifference(/^audit\/tile\/0\/000\.p\/\d+$/))
      withFile(partial('entries'), (bytes) => { bytes[200]! ^= 1 }, () => expectDifference(/^audit\/tile\/entries\/000\.p\/\d+$/))
      const lines = readFileSync(join(audit, 'checkpoint'), 'latin1').split('\n')
      let at = 0
      for (const line of lines.slice(0, -1)) {
        const middle = at + line.length - 20
        if (line.length > 20) withFile(join(audit, 'checkpoint'), (bytes) => { bytes[middle]! ^= 1 }, () => expectDifference(/^audit\/(checkpoint|keys\.json)$/))
        at += line.length + 1
      }
    }, 240_000)

    test('a node of a validator\'s state, and a block of its chain', async () => {
      await withValue(join(data, 'validator-2', 'chain'), 'nodes', (value) => value.length - 1, () => expectDifference(/^validator-2, state node [0-9a-f]{64}$/))
      await withValue(join(data, 'validator-3', 'chain'), 'certificates', (value) => value.length - 1, () => expectDifference(/^chain validator-3$/))
    }, 120_000)

    test('a row of SQL, and a hash of the audit table', async () => {
      const change = async (sql: string): Promise<void> => {
        const postgres = await startEmbeddedPostgres({ dataDir: join(data, 'postgres') })
        try {
          const client = new pg.Client(postgres.url)
          await client.connect()
          expect((await client.query(sql).finally(() => client.end())).rowCount).toBe(1)
        } finally {
          await postgres.stop()
        }
      }
      const flip = (table: string, column: string, which: string): string => `UPDATE ${table} SET ${column} = set_bit(${column}, 9, 1 - get_bit(${column}, 9)) WHERE ${which}`
      for (const [table, column, which] of [['blocks', 'state_root', 'height = 2'], ['audit_logs', 'record_hash', 'sequence_num = 4']] as const) {
        await change(flip(table, column, which))
        expectDifference(new RegExp(`table ${table}, row .*, ${column}$`))
        await change(flip(table, column, which))
      }
    }, 240_000)

    test('an entry of a timeline', async () => {
      const set = async (by: number): Promise<void> => {
        const tables = openTables(join(data, 'timelines'))
        const [first] = [...tables.members.getRange()]
        tables.members.putSync(first!.key, Object.fromEntries(Object.entries(first!.value).map(([name, score]) => [name, score + by])))
        await tables.root.close()
      }
      await set(1)
      expectDifference(/^timelines, table members, row /)
      await set(-1)
    }, 120_000)

    test('nothing where all is as it was', () => {
      expect(fsck()).toMatchObject({ code: 0, report: { ok: true, difference: null } })
    }, 120_000)
  })

  test('a running system proves what it committed before and what it commits now, and is not checked under its feet', async () => {
    const up = startUp(data)
    try {
      await up.ready()
      expect(cybermesh('audit', 'fsck', '--data', data)).toMatchObject({ code: 1, stderr: expect.stringContaining('stop the system first') as string })
      let newest: string | undefined
      await until('another anomaly is committed', () => {
        const { stdout } = cybermesh('query', '{ anomalies(first: 100, filter: { state: COMMITTED }) { nodes { id } } }', '--data', data)
        newest = [...stdout.matchAll(/"id": "([0-9a-f-]{36})"/g)].map(([, id]) => id as string).find((id) => !ids.includes(id))
        return newest !== undefined
      }, 120_000)
      for (const id of [ids[0] as string, newest as string]) {
        const { code, stderr } = cybermesh('audit', 'prove', id, '--out', path('running.proof'), '--cose', path('running.cose'), '--data', data, '--wait', '60')
        expect([code, stderr.includes('cybermesh:')]).toEqual([0, false])
        expect(verify(path('running.proof'))).toMatchObject({ code: 0, verification: { proven: { anomaly: { id } } } })
        expect(cybermesh('audit', 'verify-receipt', path('running.cose'), '--bundle', path('running.proof'), '--genesis', genesis)).toMatchObject({ code: 0 })
      }
    } finally {
      await up.interrupt()
    }
  }, 300_000)
})
