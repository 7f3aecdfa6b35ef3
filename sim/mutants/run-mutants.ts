/** All mutants under all techniques, several at a time: the table that says which technique notices what. */
import { availableParallelism } from 'node:os'
import { MUTANTS } from './catalogue/index.js'
import type { Mutant } from './mutant.js'
import { runTechniques, TECHNIQUES, type Budget, type Technique, type Verdict } from './run-mutant.js'
import { openUnitTests } from './unit-tests.js'

export type MutantRow = { readonly mutant: string; readonly verdicts: ReadonlyMap<Technique, Verdict>; readonly isKilled: boolean }

export const DEFAULT_BUDGET: Budget = { scenarios: 60_000, twins: 10_000, swarm: 10_000 }

export type MutantsOptions = {
  readonly budget?: Budget
  readonly techniques?: readonly Technique[]
  readonly mutants?: readonly Mutant[]
  readonly lanes?: number
  readonly onRow?: (row: MutantRow, done: number, total: number) => void
}

/** @returns rows in the order of the catalogue */
export async function runMutants(options: MutantsOptions = {}): Promise<readonly MutantRow[]> {
  const { budget = DEFAULT_BUDGET, techniques = TECHNIQUES, mutants = MUTANTS, lanes = availableParallelism(), onRow } = options
  const rows: MutantRow[] = []
  const units = openUnitTests(lanes)
  let next = 0
  let done = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < mutants.length; at = next++) {
      const mutant = mutants[at] as Mutant
      const verdicts = await runTechniques(mutant, techniques, budget, units)
      const row = { mutant: mutant.name, verdicts, isKilled: [...verdicts.values()].some(({ kind }) => kind === 'killed') }
      rows[at] = row
      done += 1
      onRow?.(row, done, mutants.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, mutants.length) }, lane))
    return rows
  } finally {
    units.close()
  }
}

export function renderTable(rows: readonly MutantRow[], techniques: readonly Technique[]): string {
  const lines = rows.map(({ mutant, verdicts }) => `| ${mutant} | ${techniques.map((technique) => cell(technique, verdicts.get(technique))).join(' | ')} |`)
  return [`| rule taken out | ${techniques.join(' | ')} |`, `| --- |${' --- |'.repeat(techniques.length)}`, ...lines].join('\n')
}

function cell(technique: Technique, verdict: Verdict | undefined): string {
  if (verdict === undefined || verdict.kind === 'out of reach') return ''
  if (verdict.kind === 'failed') return `**${verdict.reason.split('\n')[0] ?? ''}**`
  if (verdict.kind === 'survived') return '–'
  const where = technique === 'twins' || technique === 'swarm' ? `seed ${verdict.tried}` : verdict.by.replaceAll('|', '/')
  return technique === 'unit tests' ? where : `${where} (${verdict.found.split(':')[0] ?? ''})`
}
