/**
 * One decision in the making: events are decided by the lifecycle rule, folded into a layer at once so that the next
 * decision sees them, and collected for one atomic append. Nothing is written here.
 */
import { decide, type AnomalyCommand } from '../../domain/anomaly/decide.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import type { AnomalyId } from '../../domain/ids.js'
import { uuidV5 } from '../../domain/uuid.js'
import { anomalyStream, type ExpectedRevision, type NewEvent, type StreamAppend } from '../log.js'
import { readAnomaly } from './index/entries.js'
import { createLayer, type FactLayer, type FactReader } from './index/facts.js'
import { foldEvent } from './index/fold.js'

export type Session = {
  readonly facts: FactLayer
  /** Adds an event to a stream; `expected` counts only for the first event of that stream. */
  add(stream: string, expected: ExpectedRevision, happening: string, event: DomainEvent): void
  /** Runs a command through the lifecycle rule. False when the rule refuses it; then nothing changes. */
  command(id: AnomalyId, command: AnomalyCommand): boolean
  appends(): readonly StreamAppend[]
}

export function openSession(below: Pick<FactReader, 'get'>): Session {
  const facts = createLayer(below)
  const streams = new Map<string, { readonly expected: ExpectedRevision; readonly events: NewEvent[] }>()

  const add: Session['add'] = (stream, expected, happening, event) => {
    const known = streams.get(stream)
    const entry: NewEvent = { id: uuidV5(happening), event }
    if (known === undefined) streams.set(stream, { expected, events: [entry] })
    else known.events.push(entry)
    foldEvent(facts, event, entry.id)
  }

  return {
    facts,
    add,
    command(id, command) {
      const before = readAnomaly(facts, id)
      const decision = decide(before?.life, command)
      if (!decision.ok) return false
      for (const event of decision.events) add(anomalyStream(id), before?.revision ?? 'none', happeningOf(event), event)
      return true
    },
    appends: () => [...streams].map(([stream, { expected, events }]) => ({ stream, expected, events })),
  }
}

/** The name of what happened: the same happening has the same event id, whoever records it. */
function happeningOf(event: DomainEvent & { readonly type: `Anomaly${string}` }): string {
  const { anomalyId } = event.data
  switch (event.type) {
    case 'AnomalyPublished': return `published/${anomalyId}`
    case 'AnomalyAdmitted': return `admitted/${anomalyId}`
    case 'AnomalyRejected': return event.data.by.kind === 'receipts' ? `rejected/${anomalyId}` : `rejected/${anomalyId}/${event.data.by.placement.blockHash}`
    case 'AnomalyTimedOut': return `timed-out/${anomalyId}`
    case 'AnomalyExpired': return `expired/${anomalyId}`
    case 'AnomalyCommitted': return `committed/${anomalyId}/${event.data.placement.blockHash}`
  }
}
