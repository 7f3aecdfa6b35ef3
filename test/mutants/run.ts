/** Runs every mutant and prints the table: `npx tsx test/mutants/run.ts [part of a name]`. Exit code 1 where one survives. */
import { MUTANTS } from './mutants.js'
import { copySources, runMutant, runTests } from './run-mutant.js'

const wanted = process.argv[2] ?? ''
const mutants = MUTANTS.filter(({ name }) => name.includes(wanted))
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const copy = copySources()
const started = performance.now()
let survivors = 0
try {
  const all = [...new Set(mutants.flatMap(({ tests }) => tests))]
  const sound = await runTests(copy, all)
  if (sound.failed.length > 0) throw new Error(`the unchanged sources fail: ${sound.failed.join('; ')}`)
  print('| rule taken out | noticed by |\n| --- | --- |')
  for (const mutant of mutants) {
    const { failed } = await runMutant(copy, mutant)
    if (failed.length === 0) survivors += 1
    print(`| ${mutant.name} | ${failed[0] ?? '**SURVIVED**'} |`)
  }
  print(`\n${mutants.length - survivors} of ${mutants.length} noticed in ${Math.round((performance.now() - started) / 1000)} s`)
} finally {
  copy.remove()
}
process.exitCode = survivors === 0 ? 0 : 1
