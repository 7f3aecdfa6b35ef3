import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ABORT, type RootDatabase } from 'lmdb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGroupCommit } from './group-commit.js'
import { openLmdb } from './open.js'
import { transact } from './transact.js'

let path: string
let root: RootDatabase<unknown, string>
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'cybermesh-transact-'))
  root = openLmdb(path)
})
afterEach(async () => {
  await root.close()
  rmSync(path, { recursive: true, force: true })
})

/** The store as it is when its commit fails: the work was done, and nothing of it is written. */
function failing(times: number, fault: Error = Object.assign(new Error('MDB_BAD_TXN: Transaction must abort, has a child, or is invalid'), { code: -30782 })) {
  let left = times
  return Object.assign(Object.create(root) as RootDatabase<unknown, string>, {
    transactionSync(work: () => unknown) {
      if (left === 0) return root.transactionSync(work)
      left -= 1
      root.transactionSync(() => { work(); return ABORT })
      throw fault
    },
  })
}

const countUp = (): number => {
  const next = Number(root.get('count') ?? 0) + 1
  root.putSync('count', next)
  return next
}

test('work whose commit the store aborted runs again, and is done once', () => {
  let aborted = 0
  expect(transact(failing(3), countUp, () => { aborted += 1 })).toBe(1)
  expect([root.get('count'), aborted]).toEqual([1, 3])
})

test('a store that aborts every time is an error, and so is every other fault at once', () => {
  let runs = 0
  const counted = (): number => { runs += 1; return countUp() }
  expect(() => transact(failing(100), counted)).toThrow('MDB_BAD_TXN')
  expect([root.get('count'), runs]).toEqual([undefined, 5])
  expect(() => transact(failing(100, Object.assign(new Error('full'), { code: 28 })), counted)).toThrow('full')
  expect(() => transact(root, () => { countUp(); throw new Error('of the work itself') })).toThrow('of the work itself')
  expect([root.get('count'), runs]).toEqual([undefined, 6])
})

test('all work of one turn runs again together, each with its own end', async () => {
  class Refused extends Error {}
  const commit = createGroupCommit(failing(2), (error) => error instanceof Refused)
  const ends = await Promise.allSettled([commit(countUp), commit(() => { throw new Refused('not this one') }), commit(countUp)])
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as Error).message))).toEqual([1, 'not this one', 2])
  expect(root.get('count')).toBe(2)
})
