import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { validatorIdOf, validatorSetOf, type Genesis } from '../../domain/genesis.js'
import { hexToBytes } from '../../domain/bytes.js'
import { asHex32, asView, type BlockHash, type ChainId } from '../../domain/ids.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import { openSafetyStore } from '../../consensus/storage/safety-record/store.js'
import { recordOf } from '../../consensus/storage/testing/records.js'
import { createNetwork } from '../data-folder/create-network.js'
import { layoutOf, type Layout } from '../data-folder/layout.js'
import { checkSafetyRecords } from './check-safety-records.js'
import type { Finding } from './finding.js'
import { createVoteBook, judgeVotes } from './vote-book.js'

let folder: string
let layout: Layout
let genesis: Genesis
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-safety-'))
  layout = layoutOf(folder)
  genesis = createNetwork(layout, { validators: 4, detectors: 1 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const NAME = 'validator-1'
const check = (isRunning = false): { findings: Map<string, Finding>; votes: Finding } => {
  const set = validatorSetOf(genesis)
  const book = createVoteBook(set)
  const findings = checkSafetyRecords(layout, genesis, book, isRunning)
  return { findings: new Map(findings.map((finding) => [finding.check, finding])), votes: judgeVotes(book.summary(), set) }
}

/** A record with a vote of `NAME` in `view`. */
function votedRecord(view: number, blockHash: string): SafetyRecord {
  const first = firstSafetyRecord(genesis)
  const { lastVote } = recordOf(view)
  if (lastVote === undefined) throw new Error('no vote')
  const voter = validatorIdOf(hexToBytes(genesis.validators[1]?.publicKey ?? ''))
  return { ...first, lastVotedView: asView(view), lastVote: { ...lastVote, voter, data: { ...lastVote.data, view: asView(view), blockHash: blockHash as BlockHash } } }
}

function save(...records: readonly SafetyRecord[]): void {
  const store = openSafetyStore(layout.safetyRecord(NAME), { chainId: asHex32<ChainId>(genesis.chainId), publicKey: hexToBytes(genesis.validators[1]?.publicKey ?? '') })
  for (const record of records) store.save(record)
  store.close()
}

describe('safety records', () => {
  test('records of a new network pass', () => {
    const { findings, votes } = check()
    expect([...findings.values()].map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(votes).toMatchObject({ level: 'ok', sentence: expect.stringContaining('0 votes in 0 views') as string })
  })

  test('votes for different blocks in different views pass and are counted', () => {
    save(votedRecord(3, 'aa'.repeat(32)), votedRecord(4, 'bb'.repeat(32)))
    expect(check().votes).toMatchObject({ level: 'ok', sentence: expect.stringContaining('2 votes in 2 views') as string })
  })

  test('two votes in one view are found and the validator is named', () => {
    save(votedRecord(3, 'aa'.repeat(32)), votedRecord(3, 'bb'.repeat(32)))
    expect(check().votes).toMatchObject({ level: 'fail', sentence: expect.stringMatching(/^validator-1 voted twice in view 3: for aaaa.* and for bbbb/) as string })
  })

  test('a vote in the file that was put aside counts', () => {
    const path = layout.safetyRecord(NAME)
    const first = readFileSync(path)
    save(votedRecord(3, 'aa'.repeat(32)))
    renameSync(path, `${path}.previous`)
    writeFileSync(path, first)
    save(votedRecord(3, 'bb'.repeat(32)))
    const { findings, votes } = check()
    expect(votes).toMatchObject({ level: 'fail' })
    expect(findings.get(`safety record ${NAME}`)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('goes back from view 3 to 0') as string })
  })

  test('a vote that others received and the record denies is found', () => {
    save(votedRecord(3, 'aa'.repeat(32)))
    const set = validatorSetOf(genesis)
    const book = createVoteBook(set)
    checkSafetyRecords(layout, genesis, book, false)
    book.see({ voter: set.validators[1]?.id ?? '', view: 3, blockHash: 'bb'.repeat(32), where: 'received by validator-0' })
    expect(judgeVotes(book.summary(), set)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('received by validator-0') as string })
  })

  test('a record of another validator is found', () => {
    writeFileSync(layout.safetyRecord(NAME), readFileSync(layout.safetyRecord('validator-0')))
    expect(check().findings.get(`safety record ${NAME}`)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('another key or chain') as string })
  })

  test('a missing record and a damaged one are found', () => {
    rmSync(layout.safetyRecord(NAME))
    damageFirstEntry('validator-2')
    const { findings } = check()
    expect(findings.get(`safety record ${NAME}`)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('missing') as string })
    expect(findings.get('safety record validator-2')).toMatchObject({ level: 'fail' })
  })

  test('the rest of an interrupted write is a warning at rest and nothing while the validator runs', () => {
    appendFileSync(layout.safetyRecord(NAME), new Uint8Array(5).fill(1))
    expect(check().findings.get(`safety record ${NAME}`)).toMatchObject({ level: 'warn', sentence: expect.stringContaining('5 bytes of an interrupted write') as string })
    expect(check(true).findings.get(`safety record ${NAME}`)).toMatchObject({ level: 'ok' })
  })
})

/** Flips a byte in the middle of the only entry and puts a whole entry after it. */
function damageFirstEntry(name: string): void {
  const path = layout.safetyRecord(name)
  const bytes = readFileSync(path)
  const damaged = Buffer.from(bytes)
  damaged[40] = (damaged[40] ?? 0) ^ 0xff
  writeFileSync(path, Buffer.concat([damaged, bytes]))
}
