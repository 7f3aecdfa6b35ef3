/** One mutant under one technique, and the short way that tells quickest whether a mutant is noticed at all. */
import { NotSimulatedError } from './bundle.js'
import { openLab, type Experiment, type Lab } from './experiment.js'
import type { Mutant } from './mutant.js'
import type { UnitTests } from './unit-tests.js'

export const TECHNIQUES = ['scenarios', 'twins', 'swarm', 'unit tests'] as const
export type Technique = (typeof TECHNIQUES)[number]

export type Verdict =
  | { readonly kind: 'killed'; readonly by: string; readonly found: string; readonly tried: number; readonly ms: number }
  | { readonly kind: 'survived'; readonly tried: number; readonly ms: number }
  /** The technique cannot see what the mutant changes. */
  | { readonly kind: 'out of reach' }
  /** The mutant does not fit the sources, or its code does not load: that proves nothing. */
  | { readonly kind: 'failed'; readonly reason: string }

const UNREACHED: Verdict = { kind: 'out of reach' }

/** Milliseconds that each simulating technique gets for one mutant. */
export type Budget = Readonly<Record<Exclude<Technique, 'unit tests'>, number>>

/** Runs these techniques over a mutant. */
export async function runTechniques(mutant: Mutant, techniques: readonly Technique[], budget: Budget, units: UnitTests): Promise<ReadonlyMap<Technique, Verdict>> {
  const verdicts = new Map<Technique, Verdict>()
  const simulated = techniques.filter((technique) => technique !== 'unit tests')
  if (simulated.length > 0) {
    const lab = await openLabIfSimulated(mutant)
    try {
      for (const technique of simulated) {
        verdicts.set(technique, lab === undefined ? UNREACHED : await orFailed(() => simulate(lab, { technique, budgetMs: budget[technique] })))
      }
    } finally {
      lab?.close()
    }
  }
  if (techniques.includes('unit tests')) verdicts.set('unit tests', await orFailed(() => testUnits(mutant, units)))
  return verdicts
}

/** What did not run spoils its own cell only. */
async function orFailed(run: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await run()
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** The scenario that is known to notice, or else the unit tests that are. */
export async function runKnownKiller(mutant: Mutant, units: UnitTests): Promise<Verdict> {
  if (mutant.scenario === undefined) return testUnits(mutant, units)
  const lab = await openLab(mutant.edits)
  try {
    return await simulate(lab, { technique: 'scenarios', only: mutant.scenario, budgetMs: 30_000 })
  } finally {
    lab.close()
  }
}

async function openLabIfSimulated({ edits }: Mutant): Promise<Lab | undefined> {
  try {
    return await openLab(edits)
  } catch (error) {
    if (error instanceof NotSimulatedError) return undefined
    throw error
  }
}

async function simulate(lab: Lab, experiment: Experiment): Promise<Verdict> {
  const finding = await lab.run(experiment)
  const { tried, ms } = finding
  return finding.isKilled ? { kind: 'killed', by: finding.by, found: `${finding.kind}: ${finding.detail.split('\n')[0] ?? ''}`, tried, ms } : { kind: 'survived', tried, ms }
}

async function testUnits({ edits, tests, only }: Mutant, units: UnitTests): Promise<Verdict> {
  if (tests === undefined) return UNREACHED
  const started = performance.now()
  const { passed, failed } = await units.run(edits, tests, only)
  const ms = Math.round(performance.now() - started)
  return failed[0] === undefined ? { kind: 'survived', tried: passed, ms } : { kind: 'killed', by: failed[0], found: 'the test fails', tried: passed + failed.length, ms }
}
