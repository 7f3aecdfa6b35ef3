/** Sends refused messages to the dead-letter topic: at least once, forgotten only after the sink has taken them. */
import type { EventData } from '../../domain/events/schema.js'
import type { AnomalyId } from '../../domain/ids.js'
import { anomalyStream, refusedStream, type EventLog } from '../log.js'
import { RecorderAlarm } from './errors.js'
import { factKey, readEnvelope, type DeadLetterNote } from './index/entries.js'
import type { RecorderIndex } from './index/open-index.js'
import { isSameOrigin } from './judge.js'
import type { DeadLetter, DeadLetterSink } from './ports.js'
import type { Writer } from './writer.js'

const PREFIX = 'd/'
const BATCH = 50

/** Sends what is due. Returns how many letters were sent. */
export async function sendDeadLetters(index: RecorderIndex, writer: Writer, log: EventLog, sink: DeadLetterSink): Promise<number> {
  let sent = 0
  for (;;) {
    const notes = [...index.keys(PREFIX, BATCH)].map((key) => index.get(key) as unknown as DeadLetterNote)
    if (notes.length === 0) return sent
    await sink.send(await Promise.all(notes.map((note) => letterOf(note, index, log))))
    await writer.perform(({ facts }) => {
      for (const { origin } of notes) {
        facts.remove(factKey.deadLetter(origin))
        if (readEnvelope(facts, origin) !== undefined) facts.remove(factKey.envelope(origin))
      }
    })
    sent += notes.length
  }
}

/** All of it comes from the log, so that a letter sent again is the same letter; only key and headers were never there. */
async function letterOf(note: DeadLetterNote, index: RecorderIndex, log: EventLog): Promise<DeadLetter> {
  const { origin, code } = note
  const { message, ...said } = await refusalOf(note, log)
  const envelope = readEnvelope(index, origin)
  return {
    origin, code, ...said, bytes: new Uint8Array(Buffer.from(message, 'base64')),
    ...(envelope === undefined ? {} : { key: new Uint8Array(Buffer.from(envelope.key, 'base64')), headers: envelope.headers }),
  }
}

type Refusal = Pick<DeadLetter, 'anomalyId' | 'at' | 'messageHash'> & { /** base64 */ readonly message: string }

async function refusalOf({ anomalyId, messageHash, origin }: DeadLetterNote, log: EventLog): Promise<Refusal> {
  if (anomalyId !== undefined) {
    const { published, rejected } = await lifeOf(anomalyId, log)
    return { anomalyId, at: rejected.at, messageHash: published.messageHash, message: published.message }
  }
  const stream = refusedStream(messageHash ?? '')
  for await (const { event } of log.readStream(stream)) {
    if (event.type === 'MessageRefused' && isSameOrigin(event.data.origin, origin)) {
      const { at, messageHash: hash, message } = event.data
      return { at, messageHash: hash, message }
    }
  }
  throw new RecorderAlarm('LOG_DISAGREES', stream, 'is said to hold a refusal by the index and does not; move the index folder away, it is built again')
}

async function lifeOf(anomalyId: AnomalyId, log: EventLog): Promise<{ published: EventData<'AnomalyPublished'>; rejected: EventData<'AnomalyRejected'> }> {
  let published: EventData<'AnomalyPublished'> | undefined
  let rejected: EventData<'AnomalyRejected'> | undefined
  for await (const { event } of log.readStream(anomalyStream(anomalyId))) {
    if (event.type === 'AnomalyPublished') published ??= event.data
    if (event.type === 'AnomalyRejected') rejected ??= event.data
  }
  if (published === undefined || rejected === undefined) {
    throw new RecorderAlarm('LOG_DISAGREES', anomalyStream(anomalyId), 'is said to be rejected by the index and not by the log; move the index folder away, it is built again')
  }
  return { published, rejected }
}
