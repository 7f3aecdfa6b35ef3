/**
 * The world outside a validator, as a process: honest producers, and an attacker who keeps the partitions full. Prints
 * one JSON line a phase, and goes on when it is answered.
 */
import { createInterface } from 'node:readline'
import '../../../platform/polyfill.js'
import { encodeAnomaly } from '../../../domain/message/anomaly.js'
import { signAnomaly } from '../../../domain/message/sign-anomaly.js'
import { createSigner } from '../../../platform/crypto/ed25519.js'
import type { OutgoingRecord } from '../../../ingest/transport/transport.js'
import { attackKinds, draftOf, kindDrawer } from './kinds.js'
import { createBook, GOOD, GROUP, openTopics, PARTITIONS, seedOf, TOPIC, type Where } from './ground.js'

export type FeederTask = {
  readonly where: Where
  /** Adversarial messages in all. */
  readonly messages: number
  /** Honest ones, once alone and once during the attack. */
  readonly goods: number
  /** Where the book of what was sent goes. */
  readonly book: string
}

const PRELUDE = 50
const GOOD_PARTITION = PARTITIONS - 1
const GOOD_GROUP = 100
/** Bad ones among the honest ones, in their own partition. */
const BESIDE = 25
/** What lies in the other partitions when the honest ones begin to be read: more than will be read meanwhile. */
const FLOOD = 1.5
/** The attacker's lead in each partition afterwards. */
const LEAD = 2000
const ATTACK_GROUP = 500
const POLL_MS = 5

const task = JSON.parse(process.argv[2] ?? '{}') as FeederTask
const transport = await openTopics(task.where)
const producers = [createSigner(seedOf('producer 0')), createSigner(seedOf('producer 1'))] as const
const book = createBook()
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS))
const done = async (partition: number): Promise<number> => (await transport.committed(GROUP, TOPIC)).find((mark) => mark.partition === partition)?.offset ?? 0
const ends = Array.from({ length: PARTITIONS }, () => 0)

async function send(records: readonly (OutgoingRecord & { readonly what: number })[]): Promise<void> {
  const marks = await transport.send(records)
  marks.forEach(({ partition, offset }, i) => {
    book.note(partition, offset, records[i]?.what as number)
    ends[partition] = offset + 1
  })
}

const honest = (count: number): Uint8Array[] =>
  Array.from({ length: count }, () => encodeAnomaly(signAnomaly(draftOf({ type: 'port_scan' }), producers[1], 'v2')))
const goodRecord = (value: Uint8Array) => ({ topic: TOPIC, partition: GOOD_PARTITION, key: producers[1].publicKey, value, what: GOOD })

/** Stops the validator, fills the topics, and lets it read: what is measured is its work, not ours. */
async function measure(name: string, fill: () => Promise<void>): Promise<void> {
  print({ phase: 'stop' })
  await answer()
  await fill()
  print({ phase: 'measure', name, until: ends[GOOD_PARTITION], goods: task.goods })
  await answer()
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const answer = async (): Promise<void> => void await answers.next()

async function sendHonest(messages: readonly Uint8Array[], beside: () => (OutgoingRecord & { readonly what: number })[] = () => []): Promise<void> {
  for (let sent = 0; sent < messages.length; sent += GOOD_GROUP) await send([...messages.slice(sent, sent + GOOD_GROUP).map(goodRecord), ...beside()])
}

const allRead = async (): Promise<void> => {
  for (let partition = 0; partition < PARTITIONS; partition++) while (await done(partition) < (ends[partition] as number)) await pause()
}

// What is admitted first, so that there is something to repeat.
const preludeDrafts = Array.from({ length: PRELUDE }, () => draftOf())
const prelude = preludeDrafts.map((draft) => encodeAnomaly(signAnomaly(draft, producers[0], 'v2')))
await send(prelude.map((value, i) => ({ topic: TOPIC, partition: i % PARTITIONS, key: producers[0].publicKey, value, what: GOOD })))
await allRead()

const kinds = attackKinds({ producer: producers[0], admitted: prelude, admittedDrafts: preludeDrafts })
const draw = kindDrawer(kinds)
let left = task.messages
const attack = (partition: number) => {
  const kind = draw()
  left -= 1
  return { topic: TOPIC, partition, key: producers[0].publicKey, value: (kinds[kind] as (typeof kinds)[number]).make(), what: kind + 1 }
}

const someAttacks = (count: number, partition: number) => Array.from({ length: Math.min(count, left) }, () => attack(partition))

// The first run warms the validator up.
await sendHonest(honest(Math.min(2000, task.goods)))
await allRead()
await measure('alone', () => sendHonest(honest(task.goods)))
await measure('attacked', async () => {
  await sendHonest(honest(task.goods), () => someAttacks(BESIDE, GOOD_PARTITION))
  for (let sent = 0; sent < task.goods * FLOOD && left > 0; sent += ATTACK_GROUP) await send(someAttacks(ATTACK_GROUP, Math.floor(sent / ATTACK_GROUP) % GOOD_PARTITION))
})
while (left > 0) {
  let isFull = true
  for (let partition = 0; partition < PARTITIONS && left > 0; partition++) {
    if ((ends[partition] as number) - await done(partition) > LEAD) continue
    isFull = false
    await send(someAttacks(ATTACK_GROUP, partition))
  }
  if (isFull) await pause()
}
await allRead()
book.save(task.book)
print({ phase: 'over', sent: book.size(), kinds: kinds.map(({ name, codes }) => ({ name, codes })) })
await transport.close()
process.exit(0)
