/** A child program for tests of taking over: keeps SQL projections up with a log under a lease, and tells each change of state. */
import { openEmbeddedLog } from '../../eventlog/index.js'
import { createAuditProjection } from '../audit/projection.js'
import { createBlocksProjection } from '../blocks/projection.js'
import { createSqlPool, keepRunning } from '../index.js'

const [logPath, url, holder] = process.argv.slice(2)
if (logPath === undefined || url === undefined || holder === undefined) throw new Error('usage: keep-projecting LOG URL HOLDER')

const log = await openEmbeddedLog(logPath)
const sql = createSqlPool({ url, replayable: true })
let before = ''
await Promise.all([createBlocksProjection(sql), createAuditProjection(sql)].map((projection) => keepRunning({
  log, projection, sql, holder, signal: new AbortController().signal, batchEvents: 5, leaseMs: 1000,
  onState: ({ kind }) => {
    if (`${projection.name} ${kind}` !== before) process.stdout.write(`${projection.name} ${kind}\n`)
    before = `${projection.name} ${kind}`
  },
  onProgress: ({ name, position }) => { process.stdout.write(`${name} at ${position}\n`) },
})))
