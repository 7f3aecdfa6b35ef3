/** Opens a source of flows from an address that fits into an argument, for tests and their child processes. */
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import type { Transport } from '../../ingest/transport/transport.js'
import { openTableSource } from '../sources/postgres/table-source.js'
import { openFileSource } from '../sources/tail/file-source.js'
import { openTopicSource } from '../sources/topics/topic-source.js'
import type { LiveSource } from '../live/live-source.js'

export type SourceAddress =
  | { readonly kind: 'postgres'; readonly url: string; readonly table: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'embedded'; readonly path: string; readonly topic: string; readonly partitions: number }
  | { readonly kind: 'kafka'; readonly broker: string; readonly topic: string; readonly partitions: number }

export type OpenedForTest = { readonly source: LiveSource<unknown>; close(): Promise<void> }

export const HOLD_MS = 2000

export async function openForTest(address: SourceAddress): Promise<OpenedForTest> {
  if (address.kind === 'postgres') {
    const source = openTableSource({ url: address.url, table: address.table, follow: true, holdMs: HOLD_MS, pageRows: 100, pollMs: 50 })
    return { source: source as LiveSource<unknown>, close: () => Promise.resolve() }
  }
  if (address.kind === 'file') return { source: openFileSource({ path: address.path, holdMs: HOLD_MS, pollMs: 20 }) as LiveSource<unknown>, close: () => Promise.resolve() }
  const transport = await openTopics(address)
  const source = await openTopicSource({ transport, topic: address.topic, group: 'detector', holdMs: HOLD_MS })
  return { source: source as LiveSource<unknown>, close: () => transport.close() }
}

export async function openTopics(address: Extract<SourceAddress, { topic: string }>): Promise<Transport> {
  const topics = { [address.topic]: address.partitions }
  if (address.kind === 'embedded') return openEmbeddedTransport(address.path, { topics })
  const { openKafkaTransport } = await import('../../ingest/transport/kafka/kafka-transport.js')
  return openKafkaTransport({ brokers: [address.broker], topics, create: true })
}
