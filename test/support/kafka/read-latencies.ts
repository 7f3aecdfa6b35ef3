/** Published to committed of a whole run, from the event log of a stopped folder; `up` itself keeps only the newest. */
import { join } from 'node:path'
import { openEmbeddedLog } from '../../../eventlog/embedded/index.js'

export async function readLatencies(data: string): Promise<{ readonly p50: number; readonly p99: number } | null> {
  const published = new Map<string, number>()
  const latencies: number[] = []
  const log = await openEmbeddedLog(join(data, 'eventlog'))
  try {
    for await (const { event } of log.readAll()) {
      if (event.type === 'AnomalyPublished') published.set(event.data.anomalyId, event.data.at)
      if (event.type === 'AnomalyCommitted') latencies.push(event.data.at - (published.get(event.data.anomalyId) ?? event.data.at))
    }
  } finally {
    await log.close()
  }
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.ceil(share * latencies.length) - 1] as number
  return latencies.length === 0 ? null : { p50: at(0.5), p99: at(0.99) }
}
