/** The contract is worth what it catches: for each rule there is a log that breaks it, and a case of that rule that says so. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEmbeddedLog } from '../../embedded/index.js'
import { deadline } from '../contract/case.js'
import { CONTRACT, runCase, type LogUnderTest, type OpenOptions, type Rule } from '../contract/index.js'
import * as appends from './appends.js'
import * as reads from './reads.js'
import { breakWith, type Break } from './wrap.js'

deadline.ms = 1500

const droppers = new Set<() => void>()

const BROKEN: readonly (readonly [Rule, string, Break])[] = [
  ['expected-none', 'ignores "none"', appends.ignoresNone],
  ['expected-exists', 'ignores "exists"', appends.ignoresExists],
  ['expected-number', 'ignores revisions', appends.ignoresNumber],
  ['expected-any', 'refuses "any" for a new stream', appends.wantsExistingForAny],
  ['retry', 'doubles retries', appends.doublesRetries],
  ['id-conflict', 'records conflicts', appends.recordsConflicts],
  ['batch', 'appends one stream after the other', appends.appendsOneByOne],
  ['gapless', 'uses up positions', appends.leavesGaps],
  ['payload', 'cuts payloads', appends.cutsPayloads],
  ['fidelity', 'loses Unicode', appends.losesUnicode],
  ['limits', 'takes bad names', appends.takesBadNames],
  ['writers', 'forgets other writers', appends.forgetsOtherWriters],
  ['read-order', 'reads by stream', reads.readsByStream],
  ['stream-order', 'reads streams forwards only', reads.readsStreamsForwards],
  ['empty', 'invents streams', reads.inventsStreams],
  ['subscribe', 'subscribes once', reads.subscribesOnce],
  ['resume', 'resumes too late', reads.resumesTooLate],
  ['filter', 'filters loosely', reads.filtersLoosely],
  ['checkpoint', 'keeps checkpoints to itself', reads.keepsCheckpoints],
  ['checkpoint', 'tells checkpoints ahead', reads.checkpointsAhead],
  ['slow-consumer', 'loads everything', reads.loadsEverything],
  ['drop', 'skips after a drop', reads.skipsAfterDrop((listener) => droppers.add(listener))],
  ['entries', 'shifts entries', reads.shiftsEntries],
  ['close', 'answers when closed', reads.answersWhenClosed],
]

async function goodLog() {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-broken-'))
  return {
    open: (options?: OpenOptions) => openEmbeddedLog(path, options),
    drop: async () => { for (const drop of droppers) drop() },
    destroy: async () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Names of the rule's cases that fail on the log; stops at the first. */
async function firstFailure(rule: Rule, create: () => Promise<LogUnderTest>): Promise<string | undefined> {
  for (const one of CONTRACT.filter((each) => each.rule === rule)) {
    try {
      await runCase(one, create)
    } catch {
      return one.name
    }
  }
  return undefined
}

describe('the contract catches a log that', () => {
  test.each(BROKEN)('%s: %s', async (rule, _what, defect) => {
    droppers.clear()
    expect(await firstFailure(rule, async () => breakWith(await goodLog(), defect))).toBeDefined()
  }, 60_000)

  test('alarm: keeps conflicts to itself', async () => {
    expect(await firstFailure('alarm', async () => {
      const good = await goodLog()
      return { ...good, open: () => good.open() }
    })).toBeDefined()
  })

  test('breaks any rule: each rule has a log that breaks it', () => {
    const broken = new Set<Rule>([...BROKEN.map(([rule]) => rule), 'alarm'])
    expect([...new Set(CONTRACT.map(({ rule }) => rule))].filter((rule) => !broken.has(rule))).toEqual([])
    expect(CONTRACT.length).toBeGreaterThanOrEqual(60)
  })
})
