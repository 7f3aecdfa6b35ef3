import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../platform/package-root.js'
import { MUTANTS, type Mutant } from './mutants.js'
import { copySources, runMutant, runTests, type Copy } from './run-mutant.js'

let copy: Copy
beforeAll(() => { copy = copySources() })
afterAll(() => copy.remove())

test('every mutant still fits the sources it changes', () => {
  for (const { name, edits } of MUTANTS) {
    for (const { file, from } of edits) expect({ name, found: readFileSync(join(packageRoot(), file), 'utf8').split(from).length - 1 }).toEqual({ name, found: 1 })
  }
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
})

/** The rules whose loss splits a network; `npx tsx test/mutants/run.ts` runs all. */
const SUBSET = ['a quorum is 2f+1 (3 of 5)', 'blocks commit by consecutive heights', 'a timeout does not raise the last voted view', 'the parent may lie below the timeout certificate', 'a vote leaves before it is on disk', 'the signature of a vote is not checked']
const subset = SUBSET.map((name) => MUTANTS.find((mutant) => mutant.name === name) as Mutant)

test('the tests pass on the unchanged copy', async () => {
  expect(await runTests(copy, [...new Set(subset.flatMap(({ tests }) => tests))])).toMatchObject({ failed: [] })
})

test.each(subset)('the tests notice when $name', async (mutant) => {
  expect((await runMutant(copy, mutant)).failed).not.toEqual([])
})

test('a mutant that no longer fits is an error, and the copy is left as it was', async () => {
  const stale: Mutant = { name: 'stale', edits: [{ file: 'domain/quorum.ts', from: 'no such text', to: '' }], tests: [] }
  await expect(runMutant(copy, stale)).rejects.toThrow('domain/quorum.ts holds «no such text» 0 times')
})
