import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../platform/package-root.js'
import { MUTANTS } from '../../sim/mutants/catalogue/index.js'
import { GUARDED_FILES, unguarded } from '../../sim/mutants/checks.js'
import { openLab } from '../../sim/mutants/experiment.js'
import { applyEdits, MutantError } from '../../sim/mutants/mutant.js'
import { runKnownKiller } from '../../sim/mutants/run-mutant.js'
import { openUnitTests } from '../../sim/mutants/unit-tests.js'
import { SCENARIOS } from '../../sim/scenarios/index.js'

// Two at a time: each lane runs one test file at once, in a process of its own.
const units = openUnitTests(2)
afterAll(units.close)

const source = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8')

describe('the catalogue', () => {
  test('every mutant fits the sources it changes, and has a name of its own', () => {
    for (const { name, edits } of MUTANTS) {
      expect(edits.length).toBeGreaterThan(0)
      for (const { file, from } of edits) expect({ name, file, found: source(file).split(from).length - 1 }).toEqual({ name, file, found: 1 })
    }
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
  })

  test.each(GUARDED_FILES)('every refusal of %s is taken out by some mutant', (file) => {
    expect(unguarded(file, source(file), MUTANTS)).toEqual([])
  })

  test('a refusal without a mutant is found, also where the line beside it has one', () => {
    const lines = "if (a) return fault('one')\nif (b) return fault('two')\n"
    const mutant = { name: 'one', edits: [{ file: 'x.ts', from: "return fault('one')\nif (b)", to: '' }] }
    expect(unguarded('x.ts', lines, [mutant])).toEqual([{ file: 'x.ts', reason: 'two', line: 2 }])
  })

  test('every mutant names who must notice it: a scenario that exists, or unit tests', () => {
    const scenarios = new Set(SCENARIOS.map(({ name }) => name))
    for (const { name, scenario, tests } of MUTANTS) {
      expect({ name, isNoticed: scenario === undefined ? tests !== undefined && tests.length > 0 : scenarios.has(scenario) }).toEqual({ name, isNoticed: true })
    }
  })

  test('a mutant that no longer fits is an error that says where', () => {
    expect(() => applyEdits('domain/quorum.ts', source('domain/quorum.ts'), [{ file: 'domain/quorum.ts', from: 'no such text', to: '' }])).toThrow(MutantError)
  })
})

describe.concurrent('without a change', () => {
  test('all scenarios end as expected inside the bundle', async () => {
    const lab = await openLab([])
    expect(await lab.run({ technique: 'scenarios', budgetMs: 300_000 })).toMatchObject({ isKilled: false, tried: SCENARIOS.length })
    lab.close()
  })

  test('the unit tests pass', async () => {
    const files = [...new Set(MUTANTS.flatMap(({ scenario, tests }) => (scenario === undefined ? tests ?? [] : [])))]
    expect(await units.run([], files)).toMatchObject({ failed: [] })
  })
})

describe.concurrent('is noticed:', () => {
  test.each(MUTANTS)('$name', async (mutant) => {
    const verdict = await runKnownKiller(mutant, units)
    expect(verdict).toMatchObject({ kind: 'killed' })
  })
})
