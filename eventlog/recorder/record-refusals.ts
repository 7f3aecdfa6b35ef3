/**
 * Messages that are no anomalies: read, they wait; refused by f+1 distinct validators, at least one of which is honest,
 * they are recorded as refused and get a dead letter. What becomes of the others a block says.
 */
import { sha256Hex } from '../../domain/hash.js'
import type { Hex32, UnixMillis } from '../../domain/ids.js'
import type { Origin } from '../../domain/receipt.js'
import type { MessageKind } from '../../domain/transaction.js'
import { refusedStream } from '../log.js'
import type { RecorderContext } from './context.js'
import { MAX_KEPT_MESSAGE_BYTES } from './identity.js'
import { factKey, readRefusals, readRefusedCount, readWaiting, wasRefusedAt } from './index/entries.js'
import type { FactReader } from './index/facts.js'
import { forgetWaitingAt, keepWaiting } from './index/waiting.js'
import { majorityCode } from './judge.js'
import { lapseOf } from './record-lapses.js'
import type { FeedMessage } from './ports.js'
import type { Session } from './session.js'

type OtherKind = Exclude<MessageKind, 'event'>

export function recordOther(session: Session, { origin, bytes }: FeedMessage, kind: OtherKind, context: RecorderContext, now: UnixMillis): void {
  const { facts } = session
  if (wasRefusedAt(facts, origin) || readWaiting(facts, origin) !== undefined) return
  const message = bytes.length > MAX_KEPT_MESSAGE_BYTES ? '' : Buffer.from(bytes).toString('base64')
  const messageHash = sha256Hex(bytes) as Hex32
  const lapses = kind === 'policy' && message !== '' ? lapseOf(session, bytes, messageHash, context) : undefined
  keepWaiting(facts, { kind, origin, messageHash, message, since: now, ...(lapses === undefined ? {} : { lapses }) })
  judgeWaiting(session, origin, context, now)
}

/** @returns whether a message waits at this place */
export function judgeWaiting(session: Session, origin: Origin, { refusalsNeeded }: RecorderContext, at: UnixMillis): boolean {
  const waiting = readWaiting(session.facts, origin)
  if (waiting === undefined) return false
  const { kind, messageHash, message } = waiting
  const refusals = readRefusals(session.facts, messageHash, origin)
  if (refusals.length < refusalsNeeded) return true
  const before = readRefusedCount(session.facts, messageHash)
  session.add(refusedStream(messageHash), before === 0 ? 'none' : before - 1, `refused/${origin.topic}/${origin.partition}/${origin.offset}`, {
    type: 'MessageRefused',
    data: { kind, origin, messageHash, message, code: majorityCode(refusals), receipts: refusals.map(({ validator, at: said, receipt }) => ({ validator, at: said, receipt })), at },
  })
  return true
}

/** Nobody answers after so long; validators that come back refuse what is old by the time in it. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000
const SWEEP_LIMIT = 500
const WAITING = 'w/'

export function forgetUnanswered({ facts }: Session, index: Pick<FactReader, 'get' | 'keys'>, now: UnixMillis): void {
  for (const key of index.keys(WAITING, SWEEP_LIMIT)) {
    const waiting = facts.get(key) as unknown as ReturnType<typeof readWaiting>
    if (waiting !== undefined && waiting.since + FORGOTTEN_AFTER_MS < now) {
      forgetWaitingAt(facts, waiting)
      facts.remove(factKey.envelope(waiting.origin))
    }
  }
}
