/** Opens the flows that a detector's configuration says to follow: a table, a file, a topic or a port. */
import { openFileSource, openNetFlowSource, openTableSource, openTopicSource, type LiveSource } from '../../detector/live/index.js'
import type { Skipped } from '../../detector/sources/records.js'
import type { FlowsEngine } from '../config/schema.js'
import type { Logger } from '../shared/logger.js'
import { openTransport, readFileOf } from './engines.js'

/** @param name of the detector, which names its consumer group too */
export async function openLiveFlows(config: FlowsEngine, name: string, log: Logger): Promise<LiveSource<unknown>> {
  const onWarning = (sentence: string): void => log.warn(sentence)
  const holdMs = config.holdSeconds * 1000
  if (config.kind === 'postgres') {
    const url = readFileOf(config.urlFile, 'the address file of the flows', 'write an address like postgres://user:password@host:5432/database into it')
    return anyPosition(openTableSource({ url, table: config.table, idColumn: config.idColumn, follow: true, holdMs, onWarning }))
  }
  if (config.kind === 'file') return anyPosition(openFileSource({ path: config.path, holdMs, onWarning }))
  if (config.kind === 'netflow') {
    if (isAloneInReach(config)) log.warn(`flows of kind netflow are received on ${config.host} from ${config.allow.join(', ')} only; name the exporters in allow`)
    return anyPosition(await openNetFlowSource({ host: config.host, port: config.port, allow: config.allow, holdMs }))
  }
  const { topic, group = `detector-flows-${name}` } = config
  const partitions = config.kind === 'embedded' ? config.partitions : 1
  // A connection of its own: the anomalies may go to another cluster, and a topic of flows is none of the system's.
  const transport = await openTransport(config, { topics: { [topic]: partitions }, onWarning })
  const source = await openTopicSource({ transport, topic, group, holdMs, onWarning })
  return anyPosition({
    ...source,
    async close() {
      await source.close()
      await transport.close()
    },
  })
}

/** It listens to the network and lets nobody of it speak. */
const isAloneInReach = ({ host, allow }: Extract<FlowsEngine, { kind: 'netflow' }>): boolean => !isLoopback(host) && allow.every(isLoopback)

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'

/** A position comes back only to the source that gave it, which the state file's name of the source makes sure of. */
const anyPosition = <P>(source: LiveSource<P>): LiveSource<unknown> => source as LiveSource<unknown>

const EXAMPLES = 3

/** Logs the first flows that were left out for each reason and field; the counters have them all. */
export function logSkipped(log: Logger): (skipped: Skipped) => void {
  const seen = new Map<string, number>()
  return ({ reason, field, value, where }) => {
    const key = `${reason}/${field ?? ''}`
    const count = (seen.get(key) ?? 0) + 1
    if (count > EXAMPLES) return
    seen.set(key, count)
    log.warn({ reason, field, value: value?.slice(0, 100), where }, count === EXAMPLES ? 'a flow was left out; more of this kind are only counted' : 'a flow was left out')
  }
}
