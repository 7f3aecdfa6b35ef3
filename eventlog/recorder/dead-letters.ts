/** Sends refused messages to the dead-letter topic: at least once, forgotten only after the sink has taken them. */
import type { AnomalyId } from '../../domain/ids.js'
import { anomalyStream, type EventLog } from '../log.js'
import { factKey, type DeadLetterNote } from './index/entries.js'
import type { RecorderIndex } from './index/open-index.js'
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
    await sink.send(await Promise.all(notes.map((note) => letterOf(note, log))))
    await writer.perform(({ facts }) => {
      for (const { origin } of notes) facts.remove(factKey.deadLetter(origin))
    })
    sent += notes.length
  }
}

async function letterOf({ anomalyId, origin, code }: DeadLetterNote, log: EventLog): Promise<DeadLetter> {
  return { origin, code, bytes: await messageOf(anomalyId, log) }
}

async function messageOf(anomalyId: AnomalyId, log: EventLog): Promise<Uint8Array> {
  for await (const { event } of log.readStream(anomalyStream(anomalyId), { limit: 1 })) {
    if (event.type === 'AnomalyPublished') return new Uint8Array(Buffer.from(event.data.message, 'base64'))
  }
  return new Uint8Array(0)
}

