/** A monitor and the commands of an auditor against logs that tell the truth and logs that do not, over HTTP. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { grownSource } from '../support/audit/array-source.js'
import { genesis } from '../support/audit/members.js'
import { runAudit } from '../support/audit/run-audit.js'
import { serveLog, type ServedLog } from '../support/audit/serve-log.js'
import { signCheckpoint, writeSignedLog } from '../support/audit/signed-log.js'

let folder: string
let shown: string
let log: ServedLog
const at = (name: string): string => join(folder, name)
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-watch-'))
  shown = at('honest')
  writeFileSync(at('genesis.json'), JSON.stringify(genesis))
  log = await serveLog(() => shown)
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const audit = (...args: readonly string[]) => runAudit(at('genesis.json'), ...args)
const look = () => audit('watch', '--url', log.url, '--state', at('state'), '--once', '--json')

describe('audit watch', () => {
  test('keeps what an honest log shows, and notices nothing where nothing changed', async () => {
    const source = grownSource(300)
    await writeSignedLog(shown, source)
    expect(await look()).toMatchObject({ code: 0, stdout: '{"seen":1}\n' })
    expect((await look()).code).toBe(0)
    source.grow(400)
    await writeSignedLog(shown, source)
    expect((await look()).stderr).toContain('700 entries, 5 validators cosigned, 400 more than before')
    const verdicts = readFileSync(at('state/seen.jsonl'), 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as { verdict: string }).verdict)
    expect(verdicts).toEqual(['first', 'grown'])
  })

  test.each<[string, string, () => Promise<unknown>]>([
    ['fork', 'an entry of the past was changed', async () => writeSignedLog(at('liar'), grownSource(310, 'another'))],
    ['fork', 'two trees of one size', async () => writeSignedLog(at('liar'), grownSource(300, 'another'))],
    ['rollback', 'fewer entries than before', async () => writeSignedLog(at('liar'), grownSource(299))],
    ['unsigned', 'three validators cosigned', async () => writeSignedLog(at('liar'), grownSource(310), 3)],
    ['false-tiles', 'tiles of another tree', async () => {
      await writeSignedLog(at('liar'), grownSource(310))
      writeFileSync(at('liar/checkpoint'), signCheckpoint(310n, new Uint8Array(32).fill(9)))
    }],
    ['false-tiles', 'a tile is missing', async () => {
      await writeSignedLog(at('liar'), grownSource(310))
      rmSync(at('liar/tile/0/001.p/54'))
    }],
    ['unsigned', 'a bit of a cosignature turned', async () => {
      const note = await writeSignedLog(at('liar'), grownSource(310))
      const text = Buffer.from(note).toString('utf8')
      writeFileSync(at('liar/checkpoint'), text.replace(/(.)=\n$/, (_, last: string) => `${last === 'A' ? 'Q' : 'A'}=\n`))
    }],
  ])('ends with the alarm %s: %s', async (kind, _, lie) => {
    await writeSignedLog(shown, grownSource(300))
    expect((await look()).code).toBe(0)
    await lie()
    shown = at('liar')
    const { code, stdout } = await look()
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { alarm: { kind } }])
    // The evidence is kept, and the newest that was accepted stays: the next look tells the same.
    expect(readFileSync(at('state/seen.jsonl'), 'utf8')).toContain(`"verdict":"${kind}"`)
    expect((await look()).code).toBe(1)
    shown = at('honest')
    expect((await look()).code).toBe(0)
  })

  test('does not take a log that is away for one that lies, and does not believe keys that nobody bound', async () => {
    await writeSignedLog(shown, grownSource(10))
    const keys = JSON.parse(readFileSync(join(shown, 'keys.json'), 'utf8')) as { log: { publicKey: string } }
    writeFileSync(join(shown, 'keys.json'), JSON.stringify({ ...keys, log: { ...keys.log, publicKey: 'ab'.repeat(32) } }))
    expect(await look()).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be believed') as string })
    shown = at('nowhere')
    expect(await look()).toMatchObject({ code: 1, stderr: expect.stringContaining('has no keys yet') as string })
    await log.close()
    expect(await look()).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be asked') as string })
  })
})

describe('an auditor without a data folder', () => {
  test('reads and checks the checkpoint, keeps it, and finds it continued later, or not', async () => {
    const source = grownSource(300)
    await writeSignedLog(shown, source)
    const url = ['--url', log.url]
    expect(JSON.parse((await audit('checkpoint', ...url, '--json')).stdout)).toMatchObject({ size: '300', needed: 4, checked: true, cosigners: Array.from({ length: 5 }, (_, i) => ({ validator: `validator-${i}` })) })
    writeFileSync(at('kept'), (await audit('checkpoint', ...url, '--raw')).stdout)
    source.grow(500)
    await writeSignedLog(shown, source)
    expect(await audit('consistency', ...url, '--from', at('kept'))).toMatchObject({ code: 0, stdout: expect.stringContaining('300 entries: continued') as string })
    await writeSignedLog(at('liar'), grownSource(900, 'another'))
    shown = at('liar')
    expect(await audit('consistency', ...url, '--from', at('kept'))).toMatchObject({ code: 1, stdout: expect.stringContaining('the log forked') as string })
    expect(await audit('checkpoint', '--url', `${log.url}/audit/`)).toMatchObject({ code: 0 })
  })

  test('is told whose a checkpoint is that another recorder of the network signed, and that it says nothing of this log', async () => {
    await writeSignedLog(shown, grownSource(10))
    writeFileSync(at('kept'), signCheckpoint(5n, new Uint8Array(32).fill(9), 5, new Uint8Array(32).fill(101)))
    expect(await audit('consistency', '--url', log.url, '--from', at('kept'))).toMatchObject({ code: 1, stderr: expect.stringMatching(/was signed by another log key of this network \([0-9a-f]{8}; .* has [0-9a-f]{8}\), that of another recorder/) as string })
    writeFileSync(at('kept'), 'no checkpoint')
    expect(await audit('consistency', '--url', log.url, '--from', at('kept'))).toMatchObject({ code: 1, stderr: expect.stringContaining('is no checkpoint of this log') as string })
  })

  test('is told what is missing in what was asked', async () => {
    for (const [args, expected] of [
      [['consistency', '--url', log.url], '--from'],
      [['checkpoint', '--url', 'ftp://x'], '--url takes an address'],
      [['checkpoint', '--url', log.url, '--data', folder], 'not both'],
      [['watch', '--url', log.url, '--state', at('s'), '--every', '0'], '--every takes seconds'],
      [['checkpoint', '--data', at('none')], 'no CyberMesh data'],
    ] as const) expect(await audit(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(expected) as string })
  })
})
