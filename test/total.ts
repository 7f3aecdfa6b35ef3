/** `npx tsx test/total.ts FILE…`: the total over the runs that wrote their tallies there, one JSON a line. Exit code 1 where something failed. */
import { readFileSync } from 'node:fs'
import { addTallies, renderTally, type Tally } from './tally.js'

const lines = process.argv.slice(2).flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => line !== '')
const total = addTallies(lines.map((line) => JSON.parse(line) as Tally))
process.stdout.write(`${renderTally(total)}\n`)
process.exitCode = total.failed === 0 ? 0 : 1
