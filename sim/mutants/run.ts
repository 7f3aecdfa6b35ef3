/**
 * `npx tsx sim/mutants/run.ts [--only PART] [--techniques a,b] [--seconds N]`: every mutant under every technique, as a
 * table on stdout with progress on stderr. Exit code 1 where a mutant survives them all.
 */
import { parseArgs } from 'node:util'
import { MUTANTS } from './catalogue/index.js'
import { TECHNIQUES, type Technique } from './run-mutant.js'
import { DEFAULT_BUDGET, renderTable, runMutants } from './run-mutants.js'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, techniques: { type: 'string', default: TECHNIQUES.join() }, seconds: { type: 'string' } } })
const techniques = TECHNIQUES.filter((technique) => values.techniques.split(',').includes(technique)) as readonly Technique[]
const budgetMs = values.seconds === undefined ? undefined : Number(values.seconds) * 1000
const started = performance.now()

const rows = await runMutants({
  techniques, mutants: MUTANTS.filter(({ name }) => name.includes(values.only)),
  budget: budgetMs === undefined ? DEFAULT_BUDGET : { ...DEFAULT_BUDGET, twins: budgetMs, swarm: budgetMs },
  onRow: ({ mutant, isKilled }, done, total) => void process.stderr.write(`${done}/${total} ${isKilled ? 'killed' : 'SURVIVED'}: ${mutant}\n`),
})
const survivors = rows.filter(({ isKilled }) => !isKilled)
process.stdout.write(`${renderTable(rows, techniques)}\n\n${rows.length - survivors.length} of ${rows.length} noticed in ${Math.round((performance.now() - started) / 1000)} s\n`)
process.exitCode = survivors.length === 0 ? 0 : 1
