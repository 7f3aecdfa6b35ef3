/**
 * `npx tsx test/soak/fuzz-edge.ts --frames 1000000`: fuzzed and mutated frames from a validator's key against a real
 * validator, with nobody cut off so that all of them reach decoding and the core; then once more with scoring on.
 * Prints JSON; exit code 1 where memory grew, something was taken in, or commits stopped.
 */
import '../../platform/polyfill.js'
import { parseArgs } from 'node:util'
import { runFuzz } from '../support/fuzz/run-fuzz.js'

const { values } = parseArgs({ options: { frames: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } })
const frames = Number(values.frames)

const open = await runFuzz({ frames, seed: Number(values.seed), onProgress: (sent) => process.stderr.write(`\r${sent} of ${frames} frames`) })
process.stderr.write('\nonce more, with peers scored\n')
const scored = await runFuzz({ frames, seed: Number(values.seed), untilCutOff: 2 })

// The first tenth fills caches and pools; what comes after must not grow.
const grownMb = (open.rssMb.at(-1) as number) - Math.max(...open.rssMb.slice(0, 3))
const ok = open.committedAfter && scored.committedAfter && grownMb < 50 && open.fatal + open.alarms + scored.fatal + scored.alarms === 0 && scored.cutOffs >= 2
process.stdout.write(`${JSON.stringify({ ok, grownMb, open, scored }, null, 2)}\n`)
process.exit(ok ? 0 : 1)
