import { describe, expect, test } from 'vitest'
import { LIFECYCLE_STATES } from '../../domain/anomaly/events.js'
import type { StateCounts } from '../shared/ledger.js'
import { judgeFreeSpace } from './check-disk.js'
import { checkNode } from './check-node.js'
import { checkStateRoots } from './check-roles.js'
import { checkSql, type LogFacts } from './check-sql.js'
import { checkTimelines } from './check-timelines.js'
import type { SqlFacts } from './read-sql.js'

const ever: StateCounts = { PUBLISHED: 3, ADMITTED: 2, COMMITTED: 2, REJECTED: 1, TIMEOUT: 0, EXPIRED: 0 }
const log: LogFacts = {
  length: 20, genesisHash: '00', hashes: ['01', '02', '03'],
  books: { ever, total: { published: 3, admitted: 2, committed: 2, rejected: 1, timeout: 0, expired: 0, inFlight: 0 } },
}
const sql: SqlFacts = {
  checkpoints: new Map([['blocks', 18], ['audit', 20]]), transactions: 2, deadLetters: 0,
  blocks: [{ height: 1, hash: '01', parentHash: '00', txCount: 1 }, { height: 2, hash: '02', parentHash: '01', txCount: 1 }],
  current: { COMMITTED: 2, REJECTED: 1 }, ever: { PUBLISHED: 3, ADMITTED: 2, COMMITTED: 2, REJECTED: 1 },
}
const failures = (facts: SqlFacts, of: LogFacts = log): string[] => checkSql(facts, of).filter(({ level }) => level === 'fail').map(({ sentence }) => sentence)

describe('SQL read models', () => {
  test('a read model that is behind the log and right as of its position passes', () => {
    expect(failures(sql)).toEqual([])
  })

  test.each<[string, Partial<SqlFacts>, RegExp]>([
    ['a missing height', { blocks: sql.blocks.slice(1), transactions: 1 }, /height 2 stands where 1 belongs/],
    ['a parent that is not the block before', { blocks: [sql.blocks[0], { height: 2, hash: '02', parentHash: 'ff', txCount: 1 }] as SqlFacts['blocks'] }, /the parent of height 2/],
    ['a block that the log does not have', { blocks: [{ height: 1, hash: 'ee', parentHash: '00', txCount: 2 }] }, /height 1 is not the block that the log has/],
    ['a lost transaction', { transactions: 1 }, /blocks say 2 transactions, the table holds 1/],
    ['a count that differs', { current: { COMMITTED: 3, REJECTED: 1 } }, /COMMITTED is 3 in SQL and 2 in the log/],
    ['a checkpoint beyond the log', { checkpoints: new Map([['blocks', 18], ['audit', 21]]) }, /audit at 21, but the log ends at 20/],
  ])('%s is found', (_what, damage, says) => {
    expect(failures({ ...sql, ...damage }).join()).toMatch(says)
  })

  test('dead letters are a warning that says where to read why', () => {
    expect(checkSql({ ...sql, deadLetters: 2 }, log)).toContainEqual(expect.objectContaining({ level: 'warn', sentence: expect.stringContaining('projection_dead_letters') as string }))
  })
})

describe('timelines', () => {
  const counts = Object.fromEntries(LIFECYCLE_STATES.map((state) => [state, ever[state]])) as StateCounts
  test('equal counts pass, other counts and another log do not', () => {
    expect(checkTimelines({ position: 18, counts }, 20, ever)).toMatchObject({ level: 'ok' })
    expect(checkTimelines({ position: 18, counts: { ...counts, COMMITTED: 1 } }, 20, ever)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('COMMITTED holds 1, the log 2') as string })
    expect(checkTimelines({ position: 21, counts }, 20, undefined)).toMatchObject({ level: 'fail' })
  })
})

describe('the running system and its machine', () => {
  const validator = (name: string, committedHeight: number, stateRoot: string) => ({ name, status: { ok: true as const, role: 'validator', committedHeight, stateRoot } })
  test('different states are a failure only at equal heights', () => {
    expect(checkStateRoots([validator('a', 4, 'x'), validator('b', 5, 'y')])).toMatchObject({ level: 'ok' })
    expect(checkStateRoots([validator('a', 5, 'x'), validator('b', 5, 'y')])).toMatchObject({ level: 'fail', sentence: expect.stringContaining('a and b have different states at height 5') as string })
  })

  test('an old Node.js and a full disk fail, a disk that fills up warns', () => {
    expect([checkNode('20.18.9'), checkNode('18.20.0'), checkNode('20.19.0'), checkNode('24.0.0')].map(({ level }) => level)).toEqual(['fail', 'fail', 'ok', 'ok'])
    expect([1e6, 500e6, 50e9].map((free) => judgeFreeSpace('data', free).level)).toEqual(['fail', 'warn', 'ok'])
  })
})
