/**
 * `npx tsx test/soak/crash-points.ts --points 200`: kill -9 of a process at random points of live projecting, of
 * rebuilding and of going back, into SQL, embedded timelines and Redis; each read model must equal a clean rebuild.
 */
import { parseArgs } from 'node:util'
import { conclude } from '../support/feed.js'
import { runCrashPoints } from '../support/projecting/run-crash-points.js'

const { values } = parseArgs({ options: { points: { type: 'string', default: '200' }, 'check-every': { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } })
conclude(await runCrashPoints({
  points: Number(values.points), checkEvery: Number(values['check-every']), seed: Number(values.seed),
  onPoint: (point) => { if (point % 10 === 0) process.stderr.write(`${point} of ${values.points}\n`) },
}))
