import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../platform/package-root.js'
import { readLedger } from '../support/ledger.js'
import { cybermesh, startUp, temporaryFolder, until, statusOf } from '../support/mesh.js'

/** One clear sentence, a code that is not 0, no stack. */
function expectSentence({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }, ...parts: readonly RegExp[]): void {
  expect(code).not.toBe(0)
  const text = stdout + stderr
  for (const part of parts) expect(text).toMatch(part)
  expect(text).not.toMatch(/\n\s+at /)
}

describe('bad input gets one sentence that says what to do', () => {
  const folder = temporaryFolder()
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder.path, name)
    writeFileSync(path, content)
    return path
  }
  const data = (): string => join(folder.path, `data-${Math.random().toString(36).slice(2)}`)
  const capture = readFileSync(packageFile('detector/samples/lab.pcap'))
  afterAll(() => folder.remove())

  test('a capture that is not there', () => {
    expectSentence(cybermesh('up', '--data', data(), '--flows', join(folder.path, 'none.pcap')), /none\.pcap/)
  })

  test('a file that is no capture and no flow file', () => {
    expectSentence(cybermesh('up', '--data', data(), '--flows', file('noise.pcap', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]))), /noise\.pcap/)
  })

  test('a CSV without the columns it needs names them', () => {
    expectSentence(cybermesh('detect', file('columns.csv', 'Flow ID,Src IP,Dst IP,Protocol,Timestamp\n1,10.0.0.1,10.0.0.2,6,2017-07-05 13:00:00\n')), /column/i)
  })

  test('a truncated capture gives what is before the cut, and says so', () => {
    const { code, stdout } = cybermesh('detect', '--json', file('cut.pcap', capture.subarray(0, capture.length - 7)))
    expect(code).toBe(0)
    const [report] = (JSON.parse(stdout) as { files: { packets: number; warnings: string[] }[] }).files
    expect(report?.packets).toBeGreaterThan(1000)
    expect(report?.warnings.join()).toMatch(/cut|truncated/i)
  })

  test('broken EVE lines are counted and do not hide the others', () => {
    const flow = JSON.stringify({ timestamp: '2026-01-01T00:00:01.000000+0000', event_type: 'flow', src_ip: '10.0.0.1', src_port: 1234, dest_ip: '10.0.0.2', dest_port: 80, proto: 'TCP', flow: { pkts_toserver: 3, pkts_toclient: 2, bytes_toserver: 300, bytes_toclient: 200, start: '2026-01-01T00:00:00.000000+0000', end: '2026-01-01T00:00:01.000000+0000', state: 'closed', reason: 'timeout' } })
    const { code, stdout } = cybermesh('detect', '--json', file('eve.json', `${flow}\n{"timestamp": broken\n${flow}\n`))
    expect(code).toBe(0)
    const [report] = (JSON.parse(stdout) as { files: { flows: number; skipped: Record<string, number> }[] }).files
    expect(report?.flows).toBe(2)
    expect(Object.values(report?.skipped ?? {}).reduce((sum, count) => sum + count, 0)).toBe(1)
  })

  test('a port in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expectSentence(cybermesh('up', '--data', data(), '--api-port', String(port)), new RegExp(`port ${port} is in use`), /--api-port/)
    await new Promise((resolve) => server.close(resolve))
  })

  test('options that make no sense', () => {
    expectSentence(cybermesh('up', '--data', data(), '--validators', 'many'), /validators/)
    expectSentence(cybermesh('up', '--data', data(), '--for', '-1'), /number above 0/)
  })

  test('a folder that holds something else', () => {
    const foreign = data()
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'thesis.txt'), 'precious')
    expectSentence(cybermesh('up', '--data', foreign), /thesis\.txt/, /--data/)
    expect(readFileSync(join(foreign, 'thesis.txt'), 'utf8')).toBe('precious')
  })

  describe('a data folder that was changed', () => {
    const mesh = data()
    beforeAll(async () => {
      await startUp(mesh, '--for', '1', '--validators', '4').finished()
    }, 120_000)

    test('another number of validators than it was made with', () => {
      expectSentence(cybermesh('up', '--data', mesh, '--validators', '5'), /network of 4 validators/)
    })

    test('another version', () => {
      const marker = join(mesh, 'cybermesh.json')
      const original = readFileSync(marker, 'utf8')
      writeFileSync(marker, original.replace('"format": 1', '"format": 99'))
      expectSentence(cybermesh('up', '--data', mesh), /another version/)
      writeFileSync(marker, original)
    })

    test('the genesis of another chain', () => {
      const genesis = join(mesh, 'genesis.json')
      const original = readFileSync(genesis, 'utf8')
      writeFileSync(genesis, original.replace('"network": "local"', '"network": "other"'))
      expectSentence(cybermesh('up', '--data', mesh), /genesis chainId/)
      writeFileSync(genesis, original)
    })

    test('a damaged safety record keeps its validator from starting', () => {
      const record = join(mesh, 'validator-1', 'safety.record')
      const bytes = readFileSync(record)
      const damaged = Buffer.from(bytes)
      damaged[20] = (damaged[20] as number) ^ 1
      writeFileSync(record, Buffer.concat([damaged, bytes]))
      expectSentence(cybermesh('up', '--data', mesh), /safety record/)
      writeFileSync(record, bytes)
    })

    test('a second up on the same folder', async () => {
      const up = startUp(mesh)
      await up.ready()
      expectSentence(cybermesh('up', '--data', mesh), /already runs/)
      await up.interrupt()
    })
  })

  const canMount = process.getuid?.() === 0 && process.platform === 'linux'
  test.skipIf(!canMount)('a full disk stops the mesh with a sentence and loses nothing that was recorded (needs root to make a small disk)', async () => {
    const disk = join(folder.path, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', disk])
    try {
      const mesh = join(disk, 'mesh')
      const up = startUp(mesh, '--rate', '20')
      const running = await up.ready()
      await until('something is committed', async () => Number((await statusOf(running, 'recorder'))['committed']) > 0, 60_000)
      execFileSync('sh', ['-c', `dd if=/dev/zero of=${join(disk, 'filler')} bs=1M 2>/dev/null || true`])
      // The logs lie on the full disk too and may miss the line; `up` hears it from the role itself.
      await until('a role says that the disk is full', () => /stopped \(.{0,200}full/i.test(up.told()), 90_000)
      execFileSync('rm', [join(disk, 'filler')])
      await up.interrupt().catch(() => undefined)
      const before = await readLedger(mesh)
      expect(before.faults).toEqual([])
      const summary = await startUp(mesh, '--for', '3').finished()
      const after = await readLedger(mesh)
      expect(after.faults).toEqual([])
      expect(after.anomalies.size).toBeGreaterThanOrEqual(before.anomalies.size)
      expect(summary.published).toBe(summary.committed + summary.rejected + summary.timeout + summary.expired + summary.inFlight)
      expect(new Set(summary.stateRoots).size).toBe(1)
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  })
})
