/** Mutants as the command line sees them. They are made from the sources: the installed package has none. */
import { MUTANTS, mutantNamed } from './catalogue/index.js'
import { runTechniques, TECHNIQUES, type Verdict } from './run-mutant.js'
import { DEFAULT_BUDGET } from './run-mutants.js'
import { openUnitTests } from './unit-tests.js'

export { MUTANTS } from './catalogue/index.js'
export { runMutants, renderTable, DEFAULT_BUDGET } from './run-mutants.js'

export type MutantOutcome = { readonly mutant: string; readonly isKilled: boolean; readonly verdicts: Readonly<Record<string, Verdict>> }

/** Runs every technique over one mutant. Throws RangeError for a name that is none. */
export async function runMutant(name: string): Promise<MutantOutcome> {
  const mutant = mutantNamed(name)
  if (mutant === undefined) throw new RangeError(`there is no mutant «${name}»; choose one of: ${MUTANTS.map((known) => known.name).join('; ')}`)
  const units = openUnitTests(1)
  const verdicts = await runTechniques(mutant, TECHNIQUES, DEFAULT_BUDGET, units).finally(units.close)
  return { mutant: name, isKilled: [...verdicts.values()].some(({ kind }) => kind === 'killed'), verdicts: Object.fromEntries(verdicts) }
}
