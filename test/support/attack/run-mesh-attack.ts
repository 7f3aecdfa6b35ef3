/**
 * A whole mesh under the same attack: five validators, recorder, dead letters and read models as processes. Honest
 * anomalies are sent alone and then beside the flood; in the end each message's lifecycle is looked up in the event log
 * by its place, and the doctor proves the sum.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeAnomaly } from '../../../domain/message/anomaly.js'
import { signAnomaly } from '../../../domain/message/sign-anomaly.js'
import { openEmbeddedLog } from '../../../eventlog/index.js'
import { readKeyFile } from '../../../platform/crypto/key-file.js'
import type { OutgoingRecord } from '../../../ingest/transport/transport.js'
import type { DoctorReport } from '../../../cli/doctor/run-doctor.js'
import { committed, VALIDATORS, writeQuietFlows } from '../feed.js'
import { cybermesh, startUp, statusOf, temporaryFolder, until, type Running } from '../mesh.js'
import { attackKinds, draftOf, kindDrawer, type AttackKind } from './kinds.js'
import { GOOD, openTopics, PARTITIONS, TOPIC, type Where } from './ground.js'

export type MeshAttackOptions = {
  readonly messages: number
  readonly goods: number
  /** host:port of a broker; embedded topics where absent. */
  readonly kafka?: string
  readonly onProgress?: (line: string) => void
}

export type MeshAttackReport = {
  readonly published: number
  readonly committed: number
  readonly rejected: number
  readonly inFlight: number
  readonly committedPerSecond: { readonly alone: number; readonly attacked: number }
  readonly kept: number
  /** From the first bad message sent to the last one REJECTED. */
  readonly rejectedPerSecond: number
  readonly deadLetters: number
  readonly wrong: number
  readonly examples: readonly string[]
  readonly doctorFailed: readonly string[]
  /** Private memory of recorder and a validator, MB, when a tenth was rejected and at the end. */
  readonly memoryMb: { readonly recorder: readonly [number, number]; readonly validator: readonly [number, number] }
  readonly stateRoots: number
}

const GOOD_PARTITION = PARTITIONS - 1
const GROUP_SIZE = 250
const PRELUDE = 20
const EXAMPLES = 5
const PATIENCE_MS = 30 * 60_000

export async function runMeshAttack(options: MeshAttackOptions): Promise<MeshAttackReport> {
  const { messages, goods, kafka, onProgress = () => undefined } = options
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const up = startUp(data, '--flows', writeQuietFlows(folder.path), '--for', '36000', ...(kafka === undefined ? [] : ['--kafka', `kafka://${kafka}`]))
  try {
    const running = await up.ready()
    const where: Where = kafka === undefined ? { kind: 'embedded', path: join(data, 'topics') } : { kind: 'kafka', address: kafka }
    const transport = await openTopics(where)
    const producer = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
    const book = new Map<string, number>()
    const send = async (records: readonly (OutgoingRecord & { readonly what: number })[]): Promise<void> => {
      const marks = await transport.send(records)
      marks.forEach(({ partition, offset }, i) => book.set(`${partition}/${offset}`, records[i]?.what as number))
    }
    const signed = (draft = draftOf()): Uint8Array => encodeAnomaly(signAnomaly(draft, producer, 'v2'))
    const good = (value: Uint8Array, partition = GOOD_PARTITION) => ({ topic: TOPIC, partition, key: producer.publicKey, value, what: GOOD })
    const commit = async (count: number): Promise<number> => {
      const lot = Array.from({ length: count }, () => good(signed()))
      const target = await committed(running) + count
      const startedAt = performance.now()
      for (let sent = 0; sent < count; sent += GROUP_SIZE) await send(lot.slice(sent, sent + GROUP_SIZE))
      await until(`${count} honest anomalies are committed`, async () => await committed(running) >= target, PATIENCE_MS)
      return count / ((performance.now() - startedAt) / 1000)
    }

    const drafts = Array.from({ length: PRELUDE }, () => draftOf())
    const admitted = drafts.map((draft) => signed(draft))
    const before = await committed(running)
    await send(admitted.map((value, i) => good(value, i % PARTITIONS)))
    await until('the first are committed', async () => await committed(running) >= before + PRELUDE, PATIENCE_MS)
    await commit(Math.min(200, goods))
    const alone = await commit(goods)
    onProgress(`alone ${Math.round(alone)} committed a second`)

    const kinds = attackKinds({ producer, admitted, admittedDrafts: drafts })
    const draw = kindDrawer(kinds)
    const attack = () => {
      const kind = draw()
      return { topic: TOPIC, partition: Math.floor(Math.random() * GOOD_PARTITION), key: producer.publicKey, value: (kinds[kind] as AttackKind).make(), what: kind + 1 }
    }
    const rejected = async (): Promise<number> => Number((await statusOf(running, 'recorder'))['rejected'])
    const startedAt = performance.now()
    const flood = (async () => {
      for (let sent = 0; sent < messages; sent += GROUP_SIZE) await send(Array.from({ length: Math.min(GROUP_SIZE, messages - sent) }, attack))
    })()
    await until('the flood has begun to be refused', async () => await rejected() > 0, PATIENCE_MS)
    const attacked = await commit(goods)
    onProgress(`attacked ${Math.round(attacked)} committed a second, ${await rejected()} of ${messages} rejected so far`)
    await flood
    await until('a tenth is rejected', async () => await rejected() >= messages / 10, PATIENCE_MS)
    const first = memoryOf(running)
    await until('all of it is rejected', async () => await rejected() >= messages, PATIENCE_MS)
    const rejectedPerSecond = messages / ((performance.now() - startedAt) / 1000)
    const last = memoryOf(running)
    let letters = 0
    await until('every refusal has its letter', async () => (letters = (await transport.endOffsets('ai.dlq.v1')).reduce((sum, { offset }) => sum + offset, 0)) >= messages, PATIENCE_MS)
    await transport.close()
    const summary = await up.interrupt()
    const doctor = JSON.parse(cybermesh('doctor', '--data', data, '--ledger', '--json').stdout) as DoctorReport
    return {
      published: summary.published, committed: summary.committed, rejected: summary.rejected, inFlight: summary.inFlight,
      committedPerSecond: { alone, attacked }, kept: attacked / alone, rejectedPerSecond, deadLetters: letters,
      ...await compare(data, book, kinds), doctorFailed: doctor.checks.filter(({ level }) => level === 'fail').map((check) => JSON.stringify(check)),
      memoryMb: { recorder: [first.recorder, last.recorder], validator: [first.validator, last.validator] }, stateRoots: new Set(summary.stateRoots).size,
    }
  } finally {
    await up.killEverything().catch(() => undefined)
    folder.remove()
  }
}

/** Each message's end, by its place. */
async function compare(data: string, book: ReadonlyMap<string, number>, kinds: readonly AttackKind[]): Promise<{ wrong: number; examples: string[] }> {
  const places = new Map<string, string>()
  const ends = new Map<string, string>()
  const log = await openEmbeddedLog(join(data, 'eventlog'))
  for await (const { event } of log.readAll()) {
    if (event.type === 'AnomalyPublished' && event.data.origin !== null) places.set(event.data.anomalyId, `${event.data.origin.partition}/${event.data.origin.offset}`)
    if (event.type === 'AnomalyRejected') ends.set(event.data.anomalyId, event.data.code)
    else if (event.type === 'AnomalyCommitted') ends.set(event.data.anomalyId, 'COMMITTED')
    else if (event.type === 'AnomalyTimedOut' || event.type === 'AnomalyExpired') ends.set(event.data.anomalyId, event.type)
  }
  await log.close()
  const byPlace = new Map([...places].map(([id, place]) => [place, ends.get(id)]))
  const examples: string[] = []
  let wrong = 0
  for (const [place, what] of book) {
    const { name, codes } = what === GOOD ? { name: 'good', codes: ['COMMITTED'] } : kinds[what - 1] as AttackKind
    // A block may show an honest message before the topic does: then it has no place.
    const end = byPlace.get(place) ?? (what === GOOD && !byPlace.has(place) ? 'COMMITTED' : undefined)
    if ((codes as readonly string[]).includes(end ?? '')) continue
    wrong += 1
    if (examples.length < EXAMPLES) examples.push(`${place}, ${name}, ended ${String(end)}`)
  }
  return { wrong, examples }
}

function memoryOf({ pids }: Running): { recorder: number; validator: number } {
  const of = (name: string): number => Math.round(Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pids[name]}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  return { recorder: of('recorder'), validator: of(VALIDATORS[0]) }
}
