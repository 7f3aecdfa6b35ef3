/** A monitor that asks validators too: a log that shows it one tree and a validator another is caught, over HTTP. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeAddCheckpoint } from '../../audit/witness/messages.js'
import { layoutOf } from '../../cli/data-folder/layout.js'
import { writeJson } from '../../cli/shared/write-atomic.js'
import { takeLock } from '../../platform/process-lock.js'
import { grownSource } from '../support/audit/array-source.js'
import { genesis, validators, type Member } from '../support/audit/members.js'
import { runAudit } from '../support/audit/run-audit.js'
import { serveLog, type ServedLog } from '../support/audit/serve-log.js'
import { KEYS, signCheckpoint, writeSignedLog } from '../support/audit/signed-log.js'
import { startWitness, type WitnessServer } from '../support/audit/witness-server.js'

let folder: string
let log: ServedLog
let witness: WitnessServer
const at = (name: string): string => join(folder, name)
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-watch-witnesses-'))
  writeFileSync(at('genesis.json'), JSON.stringify(genesis))
  log = await serveLog(() => at('shown'))
  witness = await startWitness(validators[2] as Member, at('witness'))
})
afterEach(async () => {
  await Promise.all([log.close(), witness.close()])
  rmSync(folder, { recursive: true, force: true })
})

const watch = (...args: readonly string[]) => runAudit(at('genesis.json'), 'watch', '--state', at('state'), '--once', '--json', ...args)
const look = (...witnesses: readonly string[]) => watch('--url', log.url, '--witness', ...witnesses)

/** The witness cosigns what it is shown: it saw nothing before. */
async function show(checkpoint: Uint8Array): Promise<void> {
  const post = (path: string, body: Uint8Array) => fetch(`${witness.url}${path}`, { method: 'POST', body: new Uint8Array(body) })
  expect((await post('/witness/add-log', Buffer.from(JSON.stringify(KEYS.log)))).status).toBe(200)
  expect((await post('/witness/add-checkpoint', encodeAddCheckpoint({ oldSize: 0n, proof: [], checkpoint }))).status).toBe(200)
}
/** Tiles of 310 entries are there, as they are before anybody signs; the checkpoint is that of 300. */
async function publishOneOfTwo(variant?: string): Promise<void> {
  const source = grownSource(300, variant)
  const note = await writeSignedLog(at('shown'), source)
  source.grow(10)
  await writeSignedLog(at('shown'), source)
  writeFileSync(at('shown/checkpoint'), note)
}

const seenLines = () => readFileSync(at('state/seen.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { verdict: string; from?: string; note: string })

describe('audit watch beside a validator', () => {
  test.each([
    ['fork', 'of the same size', 300, 'another', 'another tree of the same size'],
    ['fork', 'that the one shown does not continue', 250, 'another', 'the newest tree does not continue it'],
    ['rollback', 'that leads further, and has no tiles', 310, '', 'no tiles that lead there'],
    ['rollback', 'that is another and larger', 310, 'another', 'no tiles that lead there'],
  ])('ends with the alarm %s where the log showed the validator a tree %s', async (kind, _, size, variant, sentence) => {
    const shown = await writeSignedLog(at('shown'), grownSource(300))
    const told = await writeSignedLog(at('told'), grownSource(size, variant))
    await show(told)
    expect(await watch('--url', log.url)).toMatchObject({ code: 0, stdout: '{"seen":1}\n' })
    rmSync(at('state'), { recursive: true })

    const { code, stdout, stderr } = await look(witness.url)
    const name = `validator-2 (${witness.url})`
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { seen: 1, witnesses: [{ witness: name, agrees: false, size: String(size) }], alarm: { kind } }])
    expect(stderr).toContain(`ALARM (${kind}): ${name} cosigned ${size} entries, the log shows 300: `)
    expect(stderr).toContain(sentence)
    // Both checkpoints are kept: together they are the proof. Neither is accepted.
    const [first, second] = seenLines()
    expect(first).toEqual({ at: expect.any(String) as string, verdict: 'first', note: Buffer.from(shown).toString('base64') })
    expect(second).toMatchObject({ verdict: kind, from: name })
    const textOf = (note: Uint8Array): string => Buffer.from(note).toString('utf8').split('\n\n')[0] as string
    expect(textOf(Buffer.from(second?.note ?? '', 'base64'))).toBe(textOf(told))
    expect(existsSync(at('state/newest-checkpoint'))).toBe(false)
  })

  test('ends with the alarm fork where the tiles are there and lead elsewhere', async () => {
    await publishOneOfTwo('another')
    await show(await writeSignedLog(at('told'), grownSource(310)))
    const { code, stdout } = await look(witness.url)
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { alarm: { kind: 'fork', sentence: expect.stringContaining('no continuation of it') as string } }])
  })

  test.each([
    ['an older tree', 250, 'continued'],
    ['the same one', 300, 'the same tree'],
    ['one that is not published yet', 310, 'newer than what is published'],
  ])('finds nothing where the validator cosigned %s', async (_, size, sentence) => {
    await publishOneOfTwo()
    await show(await writeSignedLog(at('told'), grownSource(size)))
    const { code, stdout, stderr } = await look(witness.url)
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { seen: 1, witnesses: [{ agrees: true, size: String(size), sentence: expect.stringContaining(sentence) as string }] }])
    expect(stderr).toContain('1 of 1 validators asked agree\n')
  })

  test('says which validator is away, cosigned nothing or answers nonsense, and raises no alarm', async () => {
    await writeSignedLog(at('shown'), grownSource(300))
    const gone = await startWitness(validators[3] as Member, at('witness'))
    await gone.close()
    const nonsense = createServer((_, response) => response.end('no checkpoint'))
    const elsewhere = createServer((_, response) => response.end(signCheckpoint(5n, new Uint8Array(32).fill(9), 5, new Uint8Array(32).fill(101))))
    const urls = await Promise.all([nonsense, elsewhere].map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }))
    const { code, stdout, stderr } = await look(gone.url, witness.url, ...urls)
    for (const server of [nonsense, elsewhere]) server.close()
    const { witnesses } = JSON.parse(stdout) as { witnesses: { sentence: string }[] }
    expect(code).toBe(0)
    expect(witnesses.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('cannot be asked'), expect.stringContaining('has cosigned no checkpoint'), expect.stringContaining('is no checkpoint of this log'), expect.stringContaining('another log key of this network'),
    ])
    expect(stderr).toContain(`0 of 4 validators asked agree; ${gone.url}: `)
    expect(existsSync(at('state/newest-checkpoint'))).toBe(true)
  })

  test('takes addresses alone', async () => {
    expect(await look('validator-2')).toMatchObject({ code: 1, stderr: expect.stringContaining('--witness takes an address') as string })
  })

  test.each(['running', 'stopped'])('asks the validators of a %s data folder', async (state) => {
    const layout = layoutOf(at('data'))
    for (const made of [layout.run, layout.validator('validator-2')]) mkdirSync(made, { recursive: true })
    writeJson(layout.marker, { format: 1, chainId: genesis.chainId })
    writeFileSync(layout.genesis, JSON.stringify(genesis))
    await writeSignedLog(layout.audit, grownSource(300))
    await show(await writeSignedLog(at('told'), grownSource(300, 'another')))
    const lock = state === 'running' ? takeLock(layout.lock) : undefined
    if (lock === undefined) writeJson(layout.witness('validator-2'), JSON.parse(readFileSync(at('witness/validator-2.json'), 'utf8')))
    else writeJson(layout.running, { pid: process.pid, api: log.url, sqlUrlFile: layout.sqlUrl, postgres: 1, pids: {}, roles: { 'validator-2': witness.url } })
    const { code, stdout } = await watch('--data', layout.folder)
    if (lock?.ok === true) lock.release()
    expect([code, JSON.parse(stdout)]).toMatchObject([1, {
      witnesses: validators.map(({ name }) => (name === 'validator-2' ? { witness: name, agrees: false } : { witness: name, sentence: 'it has cosigned no checkpoint of this log' })),
      alarm: { kind: 'fork' },
    }])
  })
})
