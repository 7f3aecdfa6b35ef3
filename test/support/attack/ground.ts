/** What feeder and validator agree on: where the topics are, who signs, and the book of what was sent where. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { openEmbeddedTransport } from '../../../ingest/transport/embedded/embedded-transport.js'
import { openKafkaTransport } from '../../../ingest/transport/kafka/kafka-transport.js'
import { TOPICS, type Transport } from '../../../ingest/transport/transport.js'

export type Where = { readonly kind: 'embedded'; readonly path: string } | { readonly kind: 'kafka'; readonly address: string }

export const openTopics = (where: Where): Promise<Transport> =>
  where.kind === 'embedded' ? openEmbeddedTransport(where.path) : openKafkaTransport({ brokers: [where.address], create: true })

export const GROUP = 'validator-0'
export const TOPIC = TOPICS.anomalies.name
export const PARTITIONS = TOPICS.anomalies.partitions
/** In the book: an honest message. Attacks are 1 and up, by their place in the list of kinds; 0 is nothing. */
export const GOOD = 255

/** One byte a message: what lies at each offset of each partition. */
export type Book = { note(partition: number, offset: number, what: number): void; at(partition: number, offset: number): number; size(): number; save(path: string): void }

export function createBook(path?: string): Book {
  let pages = Array.from({ length: PARTITIONS }, () => Buffer.alloc(1024))
  let size = 0
  if (path !== undefined) {
    const saved = readFileSync(path)
    pages = Array.from({ length: PARTITIONS }, (_, i) => saved.subarray(i * (saved.length / PARTITIONS), (i + 1) * (saved.length / PARTITIONS)))
    size = saved.reduce((sum, what) => sum + (what === 0 ? 0 : 1), 0)
  }
  return {
    note(partition, offset, what) {
      const page = pages[partition] as Buffer
      if (offset >= page.length) pages[partition] = Buffer.concat([page, Buffer.alloc(Math.max(page.length, offset + 1 - page.length))])
      ;(pages[partition] as Buffer)[offset] = what
      size += 1
    },
    at: (partition, offset) => pages[partition]?.[offset] ?? 0,
    size: () => size,
    save(to) {
      const longest = Math.max(...pages.map(({ length }) => length))
      writeFileSync(to, Buffer.concat(pages.map((page) => Buffer.concat([page, Buffer.alloc(longest - page.length)]))))
    },
  }
}

export const seedOf = (name: string): Uint8Array => new Uint8Array(createHash('sha256').update(`test key ${name}`).digest())
