/** Reads a stopped data folder and proves that nothing was lost, doubled or skipped. */
import { join } from 'node:path'
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { AnomalyEvent } from '../../domain/anomaly/events.js'
import { sha256Hex } from '../../domain/hash.js'
import { openEmbeddedLog } from '../../eventlog/embedded/index.js'
import { readTopic } from '../../ingest/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS } from '../../ingest/transport/transport.js'

export type Ledger = {
  readonly events: number
  readonly heights: number
  /** Lifecycle state by anomaly id. */
  readonly anomalies: ReadonlyMap<string, Anomaly>
  /** Reject code by claimed id, or by id. */
  readonly rejections: ReadonlyMap<string, string>
  /** Messages in the topic that no lifecycle speaks of. */
  readonly unaccounted: number
  /** Positions, ids, heights or lifecycles that break a rule, as sentences. */
  readonly faults: readonly string[]
}

export async function readLedger(data: string): Promise<Ledger> {
  const faults: string[] = []
  const anomalies = new Map<string, Anomaly>()
  const rejections = new Map<string, string>()
  const claimed = new Map<string, string>()
  const origins = new Set<string>()
  const hashes = new Set<string>()
  const ids = new Set<string>()
  let events = 0
  let heights = 0
  const log = await openEmbeddedLog(join(data, 'eventlog'))
  for await (const { position, id, event } of log.readAll()) {
    if (position !== events) faults.push(`position ${position} where ${events} was due`)
    if (ids.has(id)) faults.push(`event ${id} twice`)
    ids.add(id)
    events += 1
    if (event.type === 'BlockCommitted') {
      if (event.data.height !== heights + 1) faults.push(`height ${event.data.height} after ${heights}`)
      heights = event.data.height
    }
    if (!event.type.startsWith('Anomaly')) continue
    const anomalyEvent = event as AnomalyEvent
    const { anomalyId } = anomalyEvent.data
    if (anomalyEvent.type === 'AnomalyPublished') {
      if (anomalies.has(anomalyId)) faults.push(`anomaly ${anomalyId} published twice`)
      const { origin, messageHash, claimedId } = anomalyEvent.data
      if (origin !== null) origins.add(`${origin.topic}/${origin.partition}/${origin.offset}`)
      hashes.add(messageHash)
      claimed.set(anomalyId, claimedId ?? anomalyId)
    }
    if (anomalyEvent.type === 'AnomalyRejected') rejections.set(claimed.get(anomalyId) as string, anomalyEvent.data.code)
    anomalies.set(anomalyId, evolve(anomalies.get(anomalyId), anomalyEvent))
  }
  await log.close()
  return { events, heights, anomalies, rejections, faults, unaccounted: await countUnaccounted(data, origins, hashes) }
}

/** A message first seen in a block has no origin in its lifecycle; its hash tells that it is known. */
async function countUnaccounted(data: string, origins: ReadonlySet<string>, hashes: ReadonlySet<string>): Promise<number> {
  const transport = await openEmbeddedTransport(join(data, 'topics'))
  let unaccounted = 0
  await readTopic(transport, TOPICS.anomalies.name, ({ topic, partition, offset, value }) => {
    if (!origins.has(`${topic}/${partition}/${offset}`) && !hashes.has(sha256Hex(value))) unaccounted += 1
  })
  await transport.close()
  return unaccounted
}
