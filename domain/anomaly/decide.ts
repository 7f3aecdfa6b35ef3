/**
 * The lifecycle rule: PUBLISHED -> ADMITTED -> COMMITTED; PUBLISHED -> REJECTED | TIMEOUT; ADMITTED -> TIMEOUT |
 * EXPIRED. What a quorum put into a certified block outranks a clock and outranks f+1 refusals, so a commit, or a
 * failed execution, is recorded after TIMEOUT, EXPIRED and REJECTED too. Nothing else moves a settled anomaly.
 */
import type { EventData } from '../events/schema.js'
import type { AnomalyEvent, LifecycleState } from './events.js'
import type { Anomaly } from './evolve.js'

export type AnomalyCommand =
  | { readonly type: 'publish'; readonly data: EventData<'AnomalyPublished'> }
  | { readonly type: 'admit'; readonly data: EventData<'AnomalyAdmitted'> }
  | { readonly type: 'reject'; readonly data: EventData<'AnomalyRejected'> }
  | { readonly type: 'time-out'; readonly data: Omit<EventData<'AnomalyTimedOut'>, 'stage'> }
  | { readonly type: 'expire'; readonly data: EventData<'AnomalyExpired'> }
  | { readonly type: 'commit'; readonly data: EventData<'AnomalyCommitted'> }

export type LifecycleDecision =
  | { readonly ok: true; readonly events: readonly AnomalyEvent[] }
  | { readonly ok: false; readonly reason: 'illegal-transition'; readonly from: LifecycleState | 'NONE'; readonly command: AnomalyCommand['type'] }

export function decide(anomaly: Anomaly | undefined, command: AnomalyCommand): LifecycleDecision {
  const from = anomaly?.state ?? 'NONE'
  const accept = (...events: AnomalyEvent[]): LifecycleDecision => ({ ok: true, events })
  const refuse = (): LifecycleDecision => ({ ok: false, reason: 'illegal-transition', from, command: command.type })

  switch (command.type) {
    case 'publish':
      return from === 'NONE' ? accept({ type: 'AnomalyPublished', data: command.data }) : refuse()
    case 'admit':
      return from === 'PUBLISHED' ? accept({ type: 'AnomalyAdmitted', data: command.data }) : refuse()
    case 'reject': {
      const legal = command.data.by.kind === 'execution'
        ? from === 'PUBLISHED' || from === 'ADMITTED' || from === 'TIMEOUT' || from === 'EXPIRED'
        : from === 'PUBLISHED'
      return legal ? accept({ type: 'AnomalyRejected', data: command.data }) : refuse()
    }
    case 'time-out':
      if (from !== 'PUBLISHED' && from !== 'ADMITTED') return refuse()
      return accept({ type: 'AnomalyTimedOut', data: { ...command.data, stage: from } })
    case 'expire':
      return from === 'ADMITTED' ? accept({ type: 'AnomalyExpired', data: command.data }) : refuse()
    case 'commit': {
      if (from === 'NONE' || from === 'COMMITTED') return refuse()
      const committed: AnomalyEvent = { type: 'AnomalyCommitted', data: command.data }
      if (from !== 'PUBLISHED') return accept(committed)
      // Only an admitted transaction can be in a block, so the block is the evidence of admission.
      const { anomalyId, placement, at } = command.data
      return accept({ type: 'AnomalyAdmitted', data: { anomalyId, by: { kind: 'block', placement }, at } }, committed)
    }
  }
}
