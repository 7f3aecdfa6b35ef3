/**
 * What the event log says of messages, kept so that topics can be held against it: at which place each lifecycle
 * began, with which bytes, and whether it was refused.
 */
import type { Origin } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { originText } from '../../ingest/index.js'
import { isAnomalyEvent } from '../shared/ledger.js'
import { count, fail, listed, ok } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export type BookEntry = {
  readonly anomalyId: string
  readonly messageHash: string
  /** Null where a block showed the message before the topic did. */
  readonly origin: Origin | null
  rejectedWith: RejectCode | undefined
}

export type MessageBook = LogVisitor & {
  /** By place, as `topic/partition/offset`. */
  readonly places: ReadonlyMap<string, BookEntry>
  /** Began in a block, by the hash of the message. */
  readonly fromBlocks: ReadonlyMap<string, readonly BookEntry[]>
  readonly anomalies: ReadonlyMap<string, BookEntry>
  /** Refused messages that are no anomalies, by place. */
  readonly refusals: ReadonlyMap<string, Refusal>
}

export type Refusal = { readonly messageHash: string; readonly code: RejectCode }

export function createMessageBook(): MessageBook {
  const places = new Map<string, BookEntry>()
  const fromBlocks = new Map<string, BookEntry[]>()
  const anomalies = new Map<string, BookEntry>()
  const refusals = new Map<string, Refusal>()
  const twice: string[] = []
  return {
    places, fromBlocks, anomalies, refusals,
    visit(entry) {
      if (entry.kind === 'event' && entry.recorded.event.type === 'MessageRefused') {
        const { origin, messageHash, code } = entry.recorded.event.data
        refusals.set(originText(origin), { messageHash, code })
      }
      if (entry.kind !== 'event' || !isAnomalyEvent(entry.recorded.event)) return
      const { event } = entry.recorded
      const { anomalyId } = event.data
      if (event.type === 'AnomalyRejected') {
        const known = anomalies.get(anomalyId)
        if (known !== undefined) known.rejectedWith = event.data.code
      }
      if (event.type !== 'AnomalyPublished') return
      const { origin, messageHash } = event.data
      const found: BookEntry = { anomalyId, messageHash, origin, rejectedWith: undefined }
      if (anomalies.has(anomalyId)) twice.push(`${anomalyId} is published again at position ${entry.position}`)
      else anomalies.set(anomalyId, found)
      if (origin === null) fromBlocks.set(messageHash, [...fromBlocks.get(messageHash) ?? [], found])
      else if (places.has(originText(origin))) twice.push(`the message at ${originText(origin)} is counted as ${places.get(originText(origin))?.anomalyId} and as ${anomalyId}`)
      else places.set(originText(origin), found)
    },
    finish: () => [twice.length === 0
      ? ok('counted once', `${count(anomalies.size, 'publication')}, no message and no anomaly twice`)
      : fail('counted once', `${listed(twice)}; whatever wrote this was not the recorder, restore the eventlog folder from a copy`)],
  }
}
