/** A child program for crash tests: runs all projections over a log, one small batch at a time, until it is killed. */
import { openEmbeddedLog } from '../../eventlog/index.js'
import { createProjections, createSqlPool, openEmbeddedTimelines, runProjection } from '../index.js'

const [logPath, timelinesPath, url] = process.argv.slice(2)
if (logPath === undefined || timelinesPath === undefined || url === undefined) throw new Error('usage: project-until-killed LOG TIMELINES URL')

const log = await openEmbeddedLog(logPath)
const projections = createProjections({ sql: createSqlPool({ url }), timelines: await openEmbeddedTimelines(timelinesPath) })
const { signal } = new AbortController()
await Promise.all(projections.map((projection) => runProjection({
  log, projection, signal, batchEvents: 7,
  onProgress: ({ name, position }) => { process.stdout.write(`${name} ${position}\n`) },
})))
