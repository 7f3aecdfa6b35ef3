/**
 * `npx tsx test/soak/rebuild-under-load.ts`: 1,000 events a second arrive and 50 readers ask, while all read models are
 * rebuilt, gone back on, and their schema is dropped: no read may fail or mix two moments, and the end must be equal.
 */
import { parseArgs } from 'node:util'
import { conclude } from '../support/feed.js'
import { runRebuildUnderLoad } from '../support/projecting/run-rebuild-under-load.js'

const { values } = parseArgs({ options: {
  rate: { type: 'string', default: '1000' }, readers: { type: 'string', default: '50' }, think: { type: 'string', default: '500' },
  history: { type: 'string', default: '5000' }, settle: { type: 'string', default: '3000' },
} })
conclude(await runRebuildUnderLoad({
  perSecond: Number(values.rate), readers: Number(values.readers), thinkMs: Number(values.think), history: Number(values.history), settleMs: Number(values.settle),
}))
