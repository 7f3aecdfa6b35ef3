/**
 * Admission: messages a second by kind through a validator's intake, beside the signature checks that both cores can make
 * and beside a bare reader of the same topic, in the same run; and how long a message takes from its sending to its receipt.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { openEmbeddedTransport, type Transport } from '../../ingest/index.js'
import { openKafkaTransport } from '../../ingest/transport/kafka/index.js'
import { measureVerifyRate } from '../consensus/limits.js'
import { describeMachine, type Machine } from '../machine.js'
import { summarise, type Summary } from '../percentiles.js'
import { createStopwatch, type Cost } from '../stopwatch.js'
import { startAdmission } from './admit.js'
import { KIND_NAMES, makeMessages, producer, type Kind } from './messages.js'

export type IngestBenchOptions = {
  /** Of each kind. */
  readonly messages: number
  /** Messages a second while latency is measured, and for how long. */
  readonly rate: number
  readonly seconds: number
  /** host:port of a Kafka broker without TLS; embedded topics only where absent. */
  readonly kafka: string | undefined
  readonly folder: string | undefined
  progress(line: string): void
}

export type KindResult = { readonly kind: Kind; readonly admission: Cost; readonly receiptMs: Summary | undefined }
export type TransportResult = {
  readonly name: 'embedded' | 'kafka'
  /** Reading and nothing else: the same records, by the transport (embedded) or by kafkajs itself. */
  readonly bareReader: Cost
  readonly kinds: readonly KindResult[]
  /** Good messages a second, of what the signature checks allow and of what the bare reader reads. */
  readonly ratios: { readonly ofSignatureChecks: number; readonly ofBareReader: number; /** Cost of the dearest garbage, of a good one; in processor time. */ readonly dearestGarbage: number }
}
export type IngestBenchResult = {
  readonly machine: Machine
  /** UTC. */
  readonly measuredAt: string
  readonly messages: number
  readonly messageBytes: number
  readonly limits: { readonly verifiesPerSecond: number }
  readonly transports: readonly TransportResult[]
}

const VERIFY_MS = 2000
const SEND_GROUP = 500
const WARM_UP = 2000
const LATENCY_KINDS: readonly Kind[] = ['good', 'forged signature']
const TICK_MS = 10
const topicOf = (kind: Kind | 'warm-up' | 'paced', run: string): string => `bench.${run}.${kind.replace(/ /g, '-')}`

export async function runIngestBench(options: IngestBenchOptions): Promise<IngestBenchResult> {
  const { progress, messages } = options
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  try {
    progress('measuring signature checks on all cores')
    const verifiesPerSecond = await measureVerifyRate(producer, VERIFY_MS)
    const run = `${process.pid}-${Date.now()}`
    const names = ([...KIND_NAMES, 'warm-up', 'paced'] as const).flatMap((kind) => (kind === 'paced' ? LATENCY_KINDS.map((paced) => topicOf(paced, `${run}.paced`)) : [topicOf(kind, run)]))
    const topics = Object.fromEntries(names.map((name) => [name, 1]))
    const transports: TransportResult[] = []
    const measure = async (name: TransportResult['name'], transport: Transport, readBare: (topic: string, count: number) => Promise<unknown>): Promise<void> => {
      try {
        transports.push(await measureTransport(name, transport, readBare, { ...options, run, folder, verifiesPerSecond }))
      } finally {
        await transport.close()
      }
    }
    const embedded = await openEmbeddedTransport(join(folder, 'topics'), { topics })
    await measure('embedded', embedded, (topic, count) => readThrough(embedded, topic, count))
    const { kafka } = options
    if (kafka !== undefined) {
      await measure('kafka', await openKafkaTransport({ brokers: [kafka], topics, create: true }), (topic, count) => readWithKafkajs(kafka, topic, count))
      const admin = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      await admin.deleteTopics({ topics: names })
      await admin.disconnect()
    }
    const sample = makeMessages('good', 20)
    const messageBytes = Math.round(sample.reduce((sum, { length }) => sum + length, 0) / sample.length)
    return { machine, measuredAt: new Date().toISOString(), messages, messageBytes, limits: { verifiesPerSecond }, transports }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Run = IngestBenchOptions & { readonly run: string; readonly folder: string; readonly verifiesPerSecond: number }

async function measureTransport(name: TransportResult['name'], transport: Transport, readBare: (topic: string, count: number) => Promise<unknown>, run: Run): Promise<TransportResult> {
  const { messages, progress } = run
  await fill(transport, topicOf('warm-up', run.run), makeMessages('good', WARM_UP))
  await admitAll(transport, topicOf('warm-up', run.run), WARM_UP, run)
  const kinds: KindResult[] = []
  let bareReader: Cost | undefined
  for (const kind of KIND_NAMES) {
    const topic = topicOf(kind, run.run)
    progress(`${name}: ${messages} of kind ${kind}`)
    await fill(transport, topic, makeMessages(kind, messages))
    if (bareReader === undefined) {
      const watch = createStopwatch()
      await watch.time(() => readBare(topic, messages))
      bareReader = watch.cost(messages)
    }
    const admission = await admitAll(transport, topic, messages, run)
    const receiptMs = LATENCY_KINDS.includes(kind) ? await measureReceipts(transport, topicOf(kind, `${run.run}.paced`), kind, run) : undefined
    kinds.push({ kind, admission, receiptMs })
  }
  const [good, ...garbage] = kinds.map(({ admission }) => admission) as [Cost, ...Cost[]]
  return {
    name, bareReader: bareReader as Cost, kinds,
    ratios: {
      ofSignatureChecks: good.perSecond / run.verifiesPerSecond, ofBareReader: good.perSecond / (bareReader as Cost).perSecond,
      dearestGarbage: Math.max(...garbage.map(({ cpuMicros }) => cpuMicros)) / good.cpuMicros,
    },
  }
}

async function fill(transport: Transport, topic: string, messages: readonly Uint8Array[]): Promise<void> {
  for (let sent = 0; sent < messages.length; sent += SEND_GROUP) {
    await transport.send(messages.slice(sent, sent + SEND_GROUP).map((value) => ({ topic, key: producer.publicKey, value })))
  }
}

/** From the first batch asked for until the last receipt is durable. */
async function admitAll(transport: Transport, topic: string, count: number, { folder }: Run): Promise<Cost> {
  const watch = createStopwatch()
  let receipts = 0
  await watch.time(async () => {
    let finish: () => void = () => undefined
    const all = new Promise<void>((resolve) => { finish = resolve })
    const admission = startAdmission(transport, topic, `admit-${topic}`, join(folder, `admission-${topic}`), (more) => {
      receipts += more.length
      if (receipts >= count) finish()
    })
    await all
    await admission.stop()
  })
  return watch.cost(count)
}

/** Each message by the clock, whether or not those before it have their receipts. */
async function measureReceipts(transport: Transport, topic: string, kind: Kind, { rate, seconds, folder }: Run): Promise<Summary> {
  const messages = makeMessages(kind, rate * seconds)
  const sentAt = new Map<number, number>()
  const times: number[] = []
  const early: { readonly offset: number; readonly at: number }[] = []
  const admission = startAdmission(transport, topic, `paced-${topic}`, join(folder, `paced-${topic}`), (receipts) => {
    const at = performance.now()
    for (const { origin: { offset } } of receipts) early.push({ offset, at })
  })
  const startedAt = performance.now()
  const sends: Promise<unknown>[] = []
  for (let next = 0; next < messages.length;) {
    const due = Math.min(messages.length, Math.floor(((performance.now() - startedAt) / 1000) * rate))
    if (due > next) {
      const group = messages.slice(next, due)
      const at = performance.now()
      next = due
      sends.push(transport.send(group.map((value) => ({ topic, key: producer.publicKey, value }))).then((marks) => marks.forEach(({ offset }) => sentAt.set(offset, at))))
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await Promise.all(sends)
  while (early.length < messages.length) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  await admission.stop()
  for (const { offset, at } of early) times.push(at - (sentAt.get(offset) ?? at))
  return summarise(times)
}

async function readThrough(transport: Transport, topic: string, count: number): Promise<void> {
  const consumer = await transport.consume({ topics: [topic], group: `bare-${topic}` })
  let read = 0
  for await (const batch of consumer.batches(new AbortController().signal)) {
    read += batch.length
    if (read >= count) break
  }
  await consumer.close()
}

async function readWithKafkajs(address: string, topic: string, count: number): Promise<void> {
  const consumer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).consumer({ groupId: `bare-${topic}` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  let read = 0
  await new Promise<void>((resolve, reject) => {
    consumer.run({ eachBatch: ({ batch }) => {
      read += batch.messages.length
      if (read >= count) resolve()
      return Promise.resolve()
    } }).catch(reject)
  })
  await consumer.disconnect()
}
