/** A child program for crash tests: keeps timelines up with a log, or rebuilds them over and over, until it is killed. */
import { openEmbeddedLog } from '../../../../eventlog/index.js'
import { rebuildProjection } from '../../../runtime/rebuild.js'
import { runProjection } from '../../../runtime/run.js'
import { createTimelinesProjection } from '../../projection.js'
import { openRedisTimelines } from '../index.js'

const [work, logPath, url, shards] = process.argv.slice(2)
if (logPath === undefined || url === undefined) throw new Error('usage: work-until-killed live|rebuild LOG URL [SHARDS]')

const log = await openEmbeddedLog(logPath)
const projection = createTimelinesProjection(await openRedisTimelines({ url, ...(shards === undefined ? {} : { shards: Number(shards) }) }))
const { signal } = new AbortController()
const say = ({ position }: { readonly position: number }): void => { process.stdout.write(`${position}\n`) }
if (work === 'live') await runProjection({ log, projection, signal, batchEvents: 3, onProgress: say })
for (;;) await rebuildProjection({ log, projection, signal, onProgress: say })
