/**
 * `npx tsx test/soak/bundle-bytes.ts`: every byte of one proof bundle in turn takes each of the 255 other values, and the
 * file must be refused with the part named to which the byte belongs. `--bundle FILE --genesis FILE` takes one that
 * `cybermesh audit prove` wrote, `--every 7` a seventh of the substitutions. Prints JSON; exit code 1 where one was
 * accepted, or refused without its part.
 */
import '../../platform/polyfill.js'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createWorld } from '../../audit/verifier/testing/world.js'
import { VALUES, type Outcome } from '../../audit/verifier/testing/substitutions.js'
import type { WorkerMessage, WorkerTask } from '../support/bundle-bytes/worker.js'
import { conclude } from '../support/feed.js'

const { values } = parseArgs({ options: { bundle: { type: 'string' }, genesis: { type: 'string' }, every: { type: 'string', default: '1' }, processes: { type: 'string', default: '2' } } })
const [every, processes] = [Number(values.every), Number(values.processes)]
if (!(every >= 1) || !(processes >= 1)) throw new Error('--every and --processes are whole numbers from 1 on')
if ((values.bundle === undefined) !== (values.genesis === undefined)) throw new Error('--bundle and --genesis go together')

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-bundle-bytes-'))
let { bundle, genesis } = values
if (bundle === undefined || genesis === undefined) {
  const world = await createWorld()
  ;[bundle, genesis] = [join(folder, 'bundle'), join(folder, 'genesis')]
  writeFileSync(bundle, await world.bundle(world.ids.first))
  writeFileSync(genesis, world.genesis)
}
const bytes = statSync(bundle).size
const all = Math.floor(bytes * VALUES / every)
let tried = 0

function runShare(task: WorkerTask): Promise<{ readonly outcome: Outcome; readonly cpuSeconds: number }> {
  const child = fork(new URL('../support/bundle-bytes/worker.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  return new Promise((resolve, reject) => {
    child.on('message', (message: WorkerMessage) => {
      if ('outcome' in message) return resolve(message)
      tried += message.tried
      process.stderr.write(`\r${tried} of ${all}`)
    })
    child.once('exit', (code) => reject(new Error(`a process ended with ${code} before it was done`)))
    child.send(task)
  })
}

const startedAt = performance.now()
try {
  const shares = await Promise.all(Array.from({ length: processes }, (_, share) => runShare({ bundle, genesis, share, of: processes, every })))
  process.stderr.write('\n')
  const outcomes = shares.map(({ outcome }) => outcome)
  const refused: Record<string, number> = {}
  for (const outcome of outcomes) for (const [part, times] of Object.entries(outcome.refused)) refused[part] = (refused[part] ?? 0) + times
  const [accepted, unnamed] = [outcomes.flatMap((outcome) => outcome.accepted), outcomes.flatMap((outcome) => outcome.unnamed)]
  const report = {
    ok: accepted.length === 0 && unnamed.length === 0, bytes, every, tried, refused, accepted, unnamed,
    seconds: Math.round((performance.now() - startedAt) / 1000), cpuSeconds: Math.round(shares.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)),
  }
  rmSync(folder, { recursive: true })
  conclude(report)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
