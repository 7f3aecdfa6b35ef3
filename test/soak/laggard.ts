/**
 * `npx tsx test/soak/laggard.ts --blocks 10000`: a validator that far behind converges while load runs; then once more,
 * shorter, with all four peers lying about blocks in every way before they become honest. Prints JSON; exit code 1 where it does not get there.
 */
import '../../platform/polyfill.js'
import { parseArgs } from 'node:util'
import { runLaggard } from '../support/sync/run-laggard.js'

const { values } = parseArgs({ options: { blocks: { type: 'string', default: '1000' } } })
const honest = await runLaggard({ blocks: Number(values.blocks) })
const lied = await runLaggard({ blocks: Math.min(1000, Number(values.blocks)), liars: [0, 1, 2, 3] })
const lies = Object.values(lied.lies).reduce((sum, count) => sum + count, 0)
const ok = [honest, lied].every(({ stateRoots, fatal, committedMeanwhile }) => new Set(stateRoots).size === 1 && fatal === 0 && committedMeanwhile > 0)
  && lies > 3 && Object.keys(honest.refused).length === 0
process.stdout.write(`${JSON.stringify({ ok, honest, lied }, null, 2)}\n`)
process.exit(ok ? 0 : 1)
