/**
 * Follows where producers stand, by the rule of domain/reputation: what was committed counts for them, what only they
 * can have caused against them, and so does what analysts call a false positive. A message that was refused and is
 * committed after all is no longer held against its producer. The read model `reputation` keeps the same books, with a
 * history and by the same rule (domain/reputation/producer-counts.ts).
 */
import type { DomainEvent } from '../../domain/events/schema.js'
import type { AnomalyId, ProducerId } from '../../domain/ids.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { PRODUCER_WEIGHTS, producerReputation, type ProducerCounts } from '../../domain/reputation/producer.js'
import { countEnd, countLabel, NOTHING_COUNTED } from '../../domain/reputation/producer-counts.js'
import { labelOf, verdictIn, verdictsAfter, type GivenVerdict, type StandingVerdict } from '../../domain/verdict/standing-verdicts.js'

/** A refusal that is held against a producer. */
export type Charge = { readonly producer: ProducerId; readonly code: RejectCode }

export type ScoreChange = {
  readonly producer: ProducerId
  readonly score: number
  /** The message that brought it. */
  readonly anomalyId: AnomalyId
  readonly reason: 'COMMITTED' | RejectCode
}

export type BookStore = {
  counts(producer: ProducerId): ProducerCounts | undefined
  charge(anomalyId: AnomalyId): Charge | undefined
  verdicts(anomalyId: AnomalyId): readonly StandingVerdict[] | undefined
}

/** What differs from the store. */
export type BookChanges = {
  readonly counts: ReadonlyMap<ProducerId, ProducerCounts>
  /** Undefined: lifted. */
  readonly charges: ReadonlyMap<AnomalyId, Charge | undefined>
  readonly verdicts: ReadonlyMap<AnomalyId, readonly StandingVerdict[]>
}

export type StandingBook = {
  /**
   * A verdict's message of its own tells the standing after it, so that none is told of here.
   * @param author of the anomaly that a refusal or a verdict names, where one signed it
   */
  follow(event: DomainEvent, author: ProducerId | undefined): readonly ScoreChange[]
  scoreOf(producer: ProducerId): number
  changes(): BookChanges
}

/** Whether a refusal can be held against whoever signed the message. */
export const isChargeable = (code: RejectCode): boolean => PRODUCER_WEIGHTS[code] > 0

export function openStandingBook(store: BookStore): StandingBook {
  const counts = new Map<ProducerId, ProducerCounts>()
  const charges = new Map<AnomalyId, Charge | undefined>()
  const verdicts = new Map<AnomalyId, readonly StandingVerdict[]>()
  const countsOf = (producer: ProducerId): ProducerCounts => counts.get(producer) ?? store.counts(producer) ?? NOTHING_COUNTED
  const chargeOf = (anomalyId: AnomalyId): Charge | undefined => (charges.has(anomalyId) ? charges.get(anomalyId) : store.charge(anomalyId))

  const count = (producer: ProducerId, end: 'COMMITTED' | RejectCode, by: 1 | -1): void => void counts.set(producer, countEnd(countsOf(producer), end, by))

  function commit(anomalyId: AnomalyId, producer: ProducerId): void {
    const charge = chargeOf(anomalyId)
    if (charge !== undefined) {
      count(charge.producer, charge.code, -1)
      charges.set(anomalyId, undefined)
    }
    count(producer, 'COMMITTED', 1)
  }

  function judge(given: GivenVerdict, producer: ProducerId): void {
    const { anomalyId } = given.verdict
    const before = verdicts.get(anomalyId) ?? store.verdicts(anomalyId) ?? []
    const after = verdictsAfter(before, given)
    verdicts.set(anomalyId, after)
    counts.set(producer, countLabel(countsOf(producer), labelOf(before), labelOf(after)))
  }

  /** One change a producer, whatever happened to its messages in this event. */
  function compare(before: ReadonlyMap<ProducerId, number>, last: ReadonlyMap<ProducerId, AnomalyId>, reason: ScoreChange['reason']): ScoreChange[] {
    return [...before].flatMap(([producer, score]) => {
      const now = producerReputation(countsOf(producer))
      return now === score ? [] : [{ producer, score: now, anomalyId: last.get(producer) as AnomalyId, reason }]
    })
  }

  return {
    follow(event, author) {
      const before = new Map<ProducerId, number>()
      const last = new Map<ProducerId, AnomalyId>()
      const note = (producer: ProducerId, anomalyId: AnomalyId): void => {
        if (!before.has(producer)) before.set(producer, producerReputation(countsOf(producer)))
        last.set(producer, anomalyId)
      }
      if (event.type === 'BlockCommitted') {
        for (const { kind, status, anomalyId, producerId } of event.data.transactions) {
          if (kind !== 'event' || status !== 'success' || anomalyId === null || producerId === null) continue
          note(producerId, anomalyId)
          commit(anomalyId, producerId)
        }
        return compare(before, last, 'COMMITTED')
      }
      const given = verdictIn(event)
      if (given !== undefined && author !== undefined) judge(given, author)
      if (event.type !== 'AnomalyRejected' || author === undefined || !isChargeable(event.data.code)) return []
      const { anomalyId, code } = event.data
      note(author, anomalyId)
      charges.set(anomalyId, { producer: author, code })
      count(author, code, 1)
      return compare(before, last, code)
    },
    scoreOf: (producer) => producerReputation(countsOf(producer)),
    changes: () => ({ counts, charges, verdicts }),
  }
}
