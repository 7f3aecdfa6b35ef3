/** The commands as a person runs them: one short run of the whole system, then every reading command on what it left. */
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseGenesis, validatorIdOf } from '../../domain/genesis.js'
import { hexToBytes } from '../../domain/bytes.js'
import { asHex32, asView, type BlockHash, type ChainId } from '../../domain/ids.js'
import { readSafetyFile } from '../../consensus/storage/safety-record/read.js'
import { openSafetyStore } from '../../consensus/storage/safety-record/store.js'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { freePort } from '../../platform/free-port.js'
import type { FolderStatus } from '../shared/folder-status.js'
import type { DoctorReport } from '../doctor/run-doctor.js'
import type { Summary } from '../up/summary.js'

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string }

function cybermesh(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [packageFile('dist/cli/main.js'), ...args], { encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cybermesh(...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}${stdout}`)
  return JSON.parse(stdout) as T
}

let folder: string
let data: string
let summary: Summary
const inFolder = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-commands-'))
  // PostgreSQL runs as another user where this runs as root.
  chmodSync(folder, 0o755)
  data = inFolder('data')
  summary = await json<Summary>('up', '--data', data, '--for', '12', '--rate', '5', '--api-port', String(await freePort()))
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('on the stopped folder of a run', () => {
  test('status tells from the stores what the run said at its end', async () => {
    const status = await json<FolderStatus>('status', '--data', data)
    const { published, admitted, committed, rejected, timeout, expired, inFlight, height, logPosition } = summary
    expect(published).toBeGreaterThan(0)
    expect(status).toMatchObject({ state: 'stopped', api: null, height, logPosition, counts: { published, admitted, committed, rejected, timeout, expired, inFlight } })
    expect(status.validators.map(({ stateRoot }) => stateRoot)).toEqual(summary.stateRoots)
    expect(status.projections).toMatchObject({ timelines: { position: logPosition, lagEvents: 0 } })
  })

  test('doctor finds everything in order and has looked at the votes of every view', async () => {
    const report = await json<DoctorReport>('doctor', '--data', data, '--ledger')
    expect(report.checks.filter(({ level }) => level === 'fail')).toEqual([])
    expect(report).toMatchObject({ ok: true, running: false, votes: { doubleVotes: [] }, ledger: { total: { published: summary.published } } })
    expect(report.votes?.views).toBeGreaterThanOrEqual(summary.height)
    expect(report.votes?.votes).toBeGreaterThanOrEqual(4 * summary.height)
    expect(report.checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['sql blocks', 'sql counts', 'timelines', 'lifecycles', 'log chain', 'one chain']))
  })

  test('query answers over the folder, with variables, and two at once wait for each other', async () => {
    const [counts, block] = await Promise.all([
      json<{ data: object }>('query', '{ counts { published committed } }', '--data', data),
      json<{ data: object }>('query', 'query ($height: Long!) { block(height: $height) { height } }', '--variables', '{"height": 1}', '--data', data),
    ])
    expect(counts.data).toEqual({ counts: { published: summary.published, committed: summary.committed } })
    expect(block.data).toEqual({ block: { height: 1 } })
  })

  test('a query with errors prints them and ends with 1', async () => {
    const { code, stdout, stderr } = await cybermesh('query', '{ nothingOfTheKind }', '--data', data)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
    expect(stderr).toContain('nothingOfTheKind')
  })

  test('timeline answers as redis-cli would', async () => {
    expect((await cybermesh('timeline', 'ZCARD', 'anomaly:timeline:COMMITTED', '--data', data)).stdout).toBe(`${summary.committed}\n`)
    const { reply } = await json<{ reply: string[] }>('timeline', 'ZRANGE', 'anomaly:timeline:all', '0', '-1', '--data', data)
    expect(reply).toHaveLength(summary.published)
    expect(await json('timeline', 'HGETALL', `anomaly:${reply[0]}`, '--data', data)).toMatchObject({ reply: { state: 'COMMITTED' } })
  })
})

describe('doctor on a copy that was damaged', () => {
  const damagedCopy = (name: string): string => {
    const copy = inFolder(name)
    cpSync(data, copy, { recursive: true, filter: (path) => !path.startsWith(join(data, 'postgres')) })
    return copy
  }
  const failed = async (copy: string): Promise<string> => {
    const { code, stdout } = await cybermesh('doctor', '--data', copy, '--json')
    expect(code).toBe(1)
    return (JSON.parse(stdout) as DoctorReport).checks.filter(({ level }) => level === 'fail').map(({ check, sentence }) => `${check}: ${sentence}`).join('\n')
  }

  test('a validator that voted for two blocks in one view is named', async () => {
    const copy = damagedCopy('double-vote')
    const genesis = parseGenesis(JSON.parse(readFileSync(join(copy, 'genesis.json'), 'utf8')))
    const publicKey = hexToBytes(genesis.validators[2]?.publicKey ?? '')
    const path = join(copy, 'validator-2', 'safety.record')
    const record = readSafetyFile(path).entries.find(({ record: { lastVote } }) => lastVote?.data.view === 1)?.record
    const store = openSafetyStore(path, { chainId: asHex32<ChainId>(genesis.chainId), publicKey })
    if (record?.lastVote === undefined) throw new Error('no vote in view 1')
    store.save({ ...store.record, lastVote: { ...record.lastVote, voter: validatorIdOf(publicKey), data: { ...record.lastVote.data, view: asView(1), blockHash: 'ab'.repeat(32) as BlockHash } } })
    store.close()
    expect(await failed(copy)).toMatch(/^votes: validator-2 voted twice in view 1/m)
  })

  test('an anomaly that went an illegal way is named', async () => {
    const copy = damagedCopy('illegal')
    const log = await openEmbeddedLog(join(copy, 'eventlog'))
    for await (const { event, stream } of log.readAll()) {
      if (event.type !== 'AnomalyCommitted') continue
      await log.append([{ stream, expected: 'any', events: [{ id: '00000000-0000-5000-8000-000000000001', event: { type: 'AnomalyExpired', data: { anomalyId: event.data.anomalyId, validUntil: event.data.at, at: event.data.at } } }] }])
      await log.close()
      expect(await failed(copy)).toContain(`${event.data.anomalyId}: AnomalyExpired`)
      return
    }
    throw new Error('nothing was committed')
  })

  test('a store that is none is a sentence and not the end of the process', async () => {
    const copy = damagedCopy('garbage')
    writeFileSync(join(copy, 'validator-1', 'chain', 'data.mdb'), 'garbage')
    writeFileSync(join(copy, 'validator-0', 'safety.record'), '')
    expect(await failed(copy)).toMatch(/^safety record validator-0: .*no whole entry[\s\S]*^chain validator-1: .*not a readable store/m)
    const { validators } = await json<FolderStatus>('status', '--data', copy)
    expect(validators.map(({ height }) => height)).toEqual([summary.height, null, summary.height, summary.height, summary.height])
  })

  test('a key that others can read and a genesis of another network are named', async () => {
    const copy = damagedCopy('keys')
    chmodSync(join(copy, 'keys', 'validator-0.key.json'), 0o644)
    expect(await failed(copy)).toMatch(/^keys: .*chmod 600/m)
    writeFileSync(join(copy, 'cybermesh.json'), JSON.stringify({ format: 1, chainId: 'ab'.repeat(32) }))
    expect(await failed(copy)).toMatch(/^data folder: .*belongs to chain/m)
  })
})

describe('keys and genesis', () => {
  const newKey = (name: string) => json<{ publicKey: string; validatorId: string; peerId: string }>('keys', 'new', '--out', inFolder(name))

  test('keys of one network: made, shown, named in a genesis, given a first safety record', async () => {
    const keys = await Promise.all(['v0', 'v1', 'v2', 'v3', 'p0', 'r0'].map((name) => newKey(`${name}.key.json`)))
    const [v0, v1, v2, v3, p0, r0] = keys.map(({ publicKey }) => publicKey)
    expect(await json('keys', 'show', inFolder('v0.key.json'))).toMatchObject(keys[0] as object)
    expect(statSync(inFolder('v0.key.json')).mode & 0o777).toBe(0o600)

    const members = ['--validator', `v0=${v0}`, '--validator', `v1=${v1}`, '--validator', `v2=${v2}`, '--validator', `v3=${v3}`, '--producer', `p0=${p0}:v1,v2`, '--recorder', `r0=${r0}`]
    const made = await json<{ chainId: string }>('genesis', 'init', '--out', inFolder('genesis.json'), '--network', 'test', ...members)
    expect(made).toMatchObject({ quorum: 3, faulty: 1, producers: [{ name: 'p0', schemes: ['v1', 'v2'] }] })
    expect(await json('genesis', 'check', inFolder('genesis.json'))).toMatchObject(made)

    const initSafety = ['keys', 'init-safety', '--genesis', inFolder('genesis.json'), '--out', inFolder('v0/safety.record'), '--key']
    expect(await json(...initSafety, inFolder('v0.key.json'))).toMatchObject({ validator: 'v0' })
    expect(readSafetyFile(inFolder('v0/safety.record')).entries).toHaveLength(1)
    expect(await cybermesh(...initSafety, inFolder('v0.key.json'))).toMatchObject({ code: 1, stderr: expect.stringContaining('never overwritten') as string })
    expect(await cybermesh(...initSafety, inFolder('p0.key.json'))).toMatchObject({ code: 1, stderr: expect.stringContaining('no validator of') as string })
  })

  test.each<[string, (key: string, other: string) => string[], RegExp]>([
    ['an unsafe quorum', (key, other) => ['--validator', `a=${key}`, '--validator', `b=${other}`, '--quorum', '1'], /1 of 2 is unsafe/],
    ['a key of small order', () => ['--validator', `a=${'00'.repeat(32)}`], /no sound Ed25519 key/],
    ['one key for two roles', (key) => ['--validator', `a=${key}`, '--recorder', `b=${key}`], /validator a and recorder b have the same key/],
    ['one name for two validators', (key, other) => ['--validator', `a=${key}`, '--validator', `a=${other}`], /a appears twice/],
    ['a key that is none', () => ['--validator', 'a=xyz'], /64 lowercase hex digits/],
  ])('genesis init refuses %s', async (what, members, says) => {
    const [key, other] = await Promise.all(['a', 'b'].map((name) => newKey(`${name} ${what}.json`)))
    const { code, stderr } = await cybermesh('genesis', 'init', '--out', inFolder('refused.json'), '--network', 'test', ...members(key?.publicKey ?? '', other?.publicKey ?? ''))
    expect(code).toBe(1)
    expect(stderr).toMatch(says)
  })
})

test.each([['status'], ['doctor'], ['query', '{ counts { published } }'], ['timeline', 'ZCARD', 'x']])('%s on a folder that is none says what to do', async (...args) => {
  const { code, stdout, stderr } = await cybermesh(...args, '--data', inFolder('absent'))
  expect(code).toBe(1)
  expect(`${stdout}${stderr}`).toContain('start it with `cybermesh up')
})
