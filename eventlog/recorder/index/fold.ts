/** One event of the log into the index. Total and deterministic: the same log always gives the same facts. */
import { canonicalJsonBytes, type Json } from '../../../domain/canonical-json.js'
import { evolve } from '../../../domain/anomaly/evolve.js'
import type { AnomalyEvent, DomainEvent, EventData } from '../../../domain/events/schema.js'
import type { AnomalyId } from '../../../domain/ids.js'
import { sha256Hex } from '../../../domain/hash.js'
import { entryAfter } from '../../../domain/policy/follow-policies.js'
import { RecorderAlarm } from '../errors.js'
import { factKey, readAnomaly, readCounts, readIdOfMessage, readPolicies, readPolicyCount, writeAnomaly, type AnomalyEntry, type ChainTip, type DeadLetterNote } from './entries.js'
import type { FactLayer } from './facts.js'
import { foldRefusal, forgetWaiting } from './waiting.js'

/** @param id of the event */
export function foldEvent(layer: FactLayer, event: DomainEvent, id: string): void {
  switch (event.type) {
    case 'ValidatorRegistered':
      layer.put(factKey.validator(event.data.validatorId), 1)
      return
    case 'BlockCommitted': {
      const tip: ChainTip = { height: event.data.height, hash: event.data.blockHash }
      layer.put(factKey.tip, tip)
      return
    }
    case 'OperatorActionRecorded':
      layer.put(factKey.action(id), actionDigest(event.data))
      return
    case 'PolicyRecorded':
      foldPolicy(layer, event.data)
      return
    case 'PolicyLapsed':
      tellPolicy(layer, event.data)
      return
    case 'ReportRecorded':
      forgetWaiting(layer, event.data.messageHash)
      return
    case 'MessageRefused':
      foldRefusal(layer, event.data)
      return
    case 'AnomalyPublished':
    case 'AnomalyAdmitted':
    case 'AnomalyRejected':
    case 'AnomalyTimedOut':
    case 'AnomalyExpired':
    case 'AnomalyCommitted':
      foldLifecycle(layer, event)
  }
}

/** Of all but the time, which is the recorder's: the same action told twice has one digest. */
export const actionDigest = ({ at: _at, ...action }: EventData<'OperatorActionRecorded'>): string => sha256Hex(canonicalJsonBytes(action))

function foldPolicy(layer: FactLayer, data: EventData<'PolicyRecorded'>): void {
  tellPolicy(layer, data)
  const entry = entryAfter(readPolicies(layer), data)
  if (entry !== undefined) layer.put(factKey.policies, Buffer.from(entry).toString('base64'))
}

function tellPolicy(layer: FactLayer, { policyId, messageHash }: Pick<EventData<'PolicyRecorded'>, 'policyId' | 'messageHash'>): void {
  forgetWaiting(layer, messageHash)
  layer.put(factKey.policyTold(messageHash), 1)
  layer.put(factKey.policyCount(policyId), readPolicyCount(layer, policyId) + 1)
}

function foldLifecycle(layer: FactLayer, event: AnomalyEvent): void {
  const id = event.data.anomalyId
  const before = readAnomaly(layer, id)
  const life = evolve(before?.life, event)
  const entry = event.type === 'AnomalyPublished' ? enter(layer, event, life) : advance(known(before, id), event, life)
  writeAnomaly(layer, id, entry)
  count(layer, before?.life.state, life.state)

  const isInFlight = life.state === 'PUBLISHED' || life.state === 'ADMITTED'
  if (isInFlight) layer.put(factKey.inFlight(id), event.data.at)
  else layer.remove(factKey.inFlight(id))
  if (event.type === 'AnomalyRejected') noteDeadLetter(layer, id, entry, event.data.code)
}

const advance = (before: AnomalyEntry, event: AnomalyEvent, life: AnomalyEntry['life']): AnomalyEntry => ({
  ...before, life, revision: before.revision + 1, rejectedWith: event.type === 'AnomalyRejected' ? event.data.code : before.rejectedWith,
})

/** The first event of a lifecycle. */
function enter(layer: FactLayer, { data }: Extract<AnomalyEvent, { type: 'AnomalyPublished' }>, life: AnomalyEntry['life']): AnomalyEntry {
  const { anomalyId, messageHash, origin, detectedAtSeconds } = data
  const isFirst = takesOver(layer, data)
  if (isFirst) layer.put(factKey.message(messageHash), anomalyId)
  if (origin !== null) layer.put(factKey.origin(origin), anomalyId)
  return { life, revision: 0, messageHash, origin, isFirst, messageSeconds: detectedAtSeconds, rejectedWith: null }
}

/**
 * The first lifecycle of these bytes, or the first that may bear the message's own id after one that could not: the
 * producer was unknown, the bytes were refused, the allow-list was mended and the message came again.
 */
function takesOver(layer: FactLayer, { messageHash, authentic, claimedId }: EventData<'AnomalyPublished'>): boolean {
  const before = readIdOfMessage(layer, messageHash)
  if (before === undefined) return true
  return authentic && claimedId === null && readAnomaly(layer, before)?.life.state === 'REJECTED'
}

function count(layer: FactLayer, from: AnomalyEntry['life']['state'] | undefined, to: AnomalyEntry['life']['state']): void {
  const counts = { ...readCounts(layer) }
  if (from !== undefined) counts[from] -= 1
  counts[to] += 1
  if (to === 'ADMITTED') counts.everAdmitted += 1
  layer.put(factKey.counts, counts)
}

/** Without an origin there is nothing to point to; the note is made when the message is read. */
export function noteDeadLetter(layer: FactLayer, anomalyId: AnomalyId, { origin }: AnomalyEntry, code: DeadLetterNote['code']): void {
  if (origin === null) return
  const note: DeadLetterNote = { anomalyId, code, origin }
  layer.put(factKey.deadLetter(origin), note as unknown as Json)
}

function known(entry: AnomalyEntry | undefined, id: string): AnomalyEntry {
  if (entry === undefined) throw new RecorderAlarm('LOG_DISAGREES', `anomaly-${id}`, 'the stream does not begin with AnomalyPublished; run audit fsck on the log')
  return entry
}
