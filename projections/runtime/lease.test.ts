import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runChild, type Child } from '../../platform/postgres/testing/run-child.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { rebuildProjection, type Projection } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { appendSample, longHistory, published } from '../testing/sample-log.js'
import { asPosition } from '../../domain/ids.js'
import { applyEntries } from './apply.js'
import { decodeEntry } from './batch.js'
import { takeLease } from './lease.js'

const ALONE = { signal: new AbortController().signal, poison: 'stop' } as const
const CHILD = new URL('../testing/keep-projecting.ts', import.meta.url)

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => { harness = await createHarness(postgres) })
afterEach(() => harness.close())

const blocks = (): Projection => harness.projections.find(({ name }) => name === 'blocks') as Projection
const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 60_000
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`it never came: ${what}`)
    await sleep(10)
  }
}
/** Ends a lease as if its holder had not renewed it in time. */
const expire = (name: string) => harness.sql.query('UPDATE projection_leases SET expires_at = now() WHERE name = $1', [name])

describe('a lease', () => {
  test('has one holder at a time, and a token that grows with each', async () => {
    const first = await takeLease(harness.sql, 'x', 'a')
    expect(await takeLease(harness.sql, 'x', 'b')).toBeUndefined()
    await first?.release()
    const second = await takeLease(harness.sql, 'x', 'b')
    expect([first?.token, second?.token]).toEqual([1, 2])
    await second?.release()
  })

  test('is kept for longer than it lasts by who lives, and tells who lost it', async () => {
    const first = await takeLease(harness.sql, 'x', 'a', 400)
    const { rows: [before] } = await harness.sql.query<{ expires_at: Date }>('SELECT expires_at FROM projection_leases')
    await until('a renewal', async () => (await harness.sql.query('SELECT 1 FROM projection_leases WHERE expires_at > $1', [before?.expires_at])).rowCount === 1)
    await harness.sql.query("UPDATE projection_leases SET token = token + 1, holder = 'b'")
    await until('the loss', () => first?.lost.aborted === true)
    expect(first?.lost.reason).toMatchObject({ code: 'LEASE_LOST' })
  })

  test('of several that ask at once exactly one gets it', async () => {
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => takeLease(harness.sql, 'x', holder)))
    expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1)
    await Promise.all(asked.map((lease) => lease?.release()))
  })
})

test('a holder that comes back too late writes nothing, though its position still fits', async () => {
  await appendSample(harness.log, [published('a', 1)])
  const entries = (await harness.log.readEntries({ from: asPosition(0), limit: 1 })).map(decodeEntry)
  const late = await takeLease(harness.sql, 'blocks', 'late')
  const fenced = blocks().fenced?.(late?.token ?? 0) as Projection
  await expire('blocks')
  const next = await takeLease(harness.sql, 'blocks', 'next')
  await expect(applyEntries(fenced, entries, ALONE)).rejects.toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('taken over') as string })
  expect((await blocks().checkpoint()).position).toBe(0)
  await applyEntries(blocks().fenced?.(next?.token ?? 0) as Projection, entries, ALONE)
  expect((await blocks().checkpoint()).position).toBe(1)
  await Promise.all([late, next].map((lease) => lease?.release()))
})

test('two processes: one works and one stands by; a paused one is replaced, and stands by when it wakes', async () => {
  const { database } = (await harness.sql.query<{ database: string }>('SELECT current_database() AS database')).rows[0] as { database: string }
  const url = postgres.server.url.replace(/\/[^/]*$/, `/${database}`)
  const history = longHistory(400)
  await appendSample(harness.log, history.slice(0, 200))
  const children: Child[] = []
  const start = (name: string): Child => {
    const child = runChild(CHILD, [harness.paths.log, url, name])
    children.push(child)
    return child
  }
  const stateOf = (child: Child): string | undefined => child.lines.findLast((line) => /^blocks [a-z-]+$/.test(line))
  const reached = async (position: number): Promise<boolean> => (await blocks().live?.())?.checkpoint.position === position
  try {
    const first = start('first')
    await until('the first works', () => stateOf(first) === 'blocks running')
    const second = start('second')
    await until('the second stands by', () => stateOf(second) === 'blocks standing-by')
    await until('the first applied all', () => reached(200))
    expect(second.lines.filter((line) => line.startsWith('blocks at'))).toEqual([])

    await appendSample(harness.log, history.slice(200, 700), 200)
    first.kill('SIGSTOP')
    await until('the second took over', () => stateOf(second) === 'blocks running')
    await appendSample(harness.log, history.slice(700, 900), 700)
    await until('the second applied all', () => reached(900))
    first.kill('SIGCONT')
    await until('the first stands by', () => stateOf(first) === 'blocks standing-by')

    second.kill('SIGKILL')
    await appendSample(harness.log, history.slice(900, 1000), 900)
    await until('the first took over again', () => reached(1000))
    first.kill('SIGKILL')
    await Promise.all(children.map(({ ended }) => ended))
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
  await harness.catchUp()
  for (const name of ['blocks', 'audit']) {
    const projection = harness.projections.find((one) => one.name === name) as Projection
    expect(await rebuildProjection({ log: harness.log, projection, signal: new AbortController().signal })).toMatchObject({ equal: true, events: 1000 })
  }
}, 180_000)
