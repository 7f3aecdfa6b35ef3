/**
 * Messages of the topics into the log: each anomaly read gets exactly one lifecycle, and one read again gets none; what
 * is no anomaly waits for its answer.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { Json } from '../../domain/canonical-json.js'
import type { EventData } from '../../domain/events/schema.js'
import { sha256Hex } from '../../domain/hash.js'
import type { AnomalyId, UnixMillis } from '../../domain/ids.js'
import { publishedData, type Sighting } from './identity.js'
import { factKey, readAnomaly, readIdOfMessage, readIdOfOrigin, writeAnomaly, type Envelope } from './index/entries.js'
import { noteDeadLetter } from './index/fold.js'
import { applyJudgement } from './apply-judgement.js'
import type { FeedMessage } from './ports.js'
import type { RecorderContext } from './context.js'
import { rulesNow } from './rules-now.js'
import { recordOther } from './record-refusals.js'
import type { Session } from './session.js'

export function recordMessages(session: Session, batch: readonly FeedMessage[], context: RecorderContext, now: UnixMillis): void {
  for (const message of batch) {
    const { kind = 'event' } = message
    if (kind === 'event') {
      recordMessage(session, message, context, now)
      continue
    }
    recordOther(session, message, kind, context, now)
    keepEnvelope(session, message, null)
  }
}

function recordMessage(session: Session, message: FeedMessage, context: RecorderContext, now: UnixMillis): void {
  const { facts } = session
  const { origin, bytes, timestampMs } = message
  if (readIdOfOrigin(facts, origin) !== undefined) return
  const known = readIdOfMessage(facts, sha256Hex(bytes))
  if (known !== undefined && linkToBlock(session, known, origin)) {
    applyJudgement(session, known, context, now)
    return
  }
  const { anomalyId: id, producerId } = begin(session, bytes, { kind: 'origin', origin }, context, publishedAt(timestampMs, now))
  session.facts.put(factKey.inFlight(id), now)
  keepEnvelope(session, message, producerId)
  applyJudgement(session, id, context, now)
}

/** The transport's time may be a producer's word: one to come would never run out, and -1 means that there is none. */
function publishedAt(timestampMs: number, now: UnixMillis): UnixMillis {
  return Number.isSafeInteger(timestampMs) && timestampMs > 0 && timestampMs < now ? (timestampMs as UnixMillis) : now
}

/** Begins a lifecycle and returns its id. */
export function publish(session: Session, bytes: Uint8Array, sighting: Sighting, context: RecorderContext, at: UnixMillis): AnomalyId {
  return begin(session, bytes, sighting, context, at).anomalyId
}

function begin(session: Session, bytes: Uint8Array, sighting: Sighting, context: RecorderContext, at: UnixMillis): EventData<'AnomalyPublished'> {
  const isTaken = (id: AnomalyId): boolean => readAnomaly(session.facts, id) !== undefined
  const data = publishedData(bytes, sighting, at, { rules: rulesNow(session.facts, context), verify: context.strictly, isTaken })
  session.command(data.anomalyId, { type: 'publish', data })
  return data
}

/** Larger keys and headers would only bloat the index. */
const MAX_ENVELOPE_CHARS = 16 * 1024

/** Honest records have their producer's id as key and no headers, and cost nothing here. */
function keepEnvelope({ facts }: Session, { origin, key, headers = {} }: FeedMessage, producerId: string | null): void {
  if (key === undefined || (bytesToHex(key) === producerId && Object.keys(headers).length === 0)) return
  const envelope: Envelope = { key: Buffer.from(key).toString('base64'), headers }
  if (JSON.stringify(envelope).length <= MAX_ENVELOPE_CHARS) facts.put(factKey.envelope(origin), envelope)
}

/** A message first seen in a block now has its place in the topic. False where it has one already. */
function linkToBlock({ facts }: Session, id: AnomalyId, origin: FeedMessage['origin']): boolean {
  const entry = readAnomaly(facts, id)
  if (entry === undefined || entry.origin !== null) return false
  const linked = { ...entry, origin }
  writeAnomaly(facts, id, linked)
  facts.put(factKey.origin(origin), id as Json)
  if (entry.rejectedWith !== null && entry.life.state === 'REJECTED') noteDeadLetter(facts, id, linked, entry.rejectedWith)
  return true
}
