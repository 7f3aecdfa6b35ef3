/** Did every anomaly go a legal way? Each stream is replayed through the rule that decided its events. */
import { decide, type AnomalyCommand } from '../../domain/anomaly/decide.js'
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { AnomalyEvent } from '../../domain/events/schema.js'
import { anomalyStream } from '../../eventlog/log.js'
import { isAnomalyEvent } from '../shared/ledger.js'
import { count, fail, listed, ok } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export function checkLifecycles(): LogVisitor {
  const lives = new Map<string, Anomaly>()
  const illegal = new Map<string, string>()
  let events = 0

  return {
    visit(entry) {
      if (entry.kind !== 'event' || !isAnomalyEvent(entry.recorded.event)) return
      const { event, stream } = entry.recorded
      const id = event.data.anomalyId
      events += 1
      if (illegal.has(id)) return
      const fault = stream === anomalyStream(id) ? faultOf(lives.get(id), event) : `it lies in the stream ${stream}`
      if (fault === undefined) lives.set(id, evolve(lives.get(id), event))
      else illegal.set(id, `${id}: ${event.type} at position ${entry.position}, ${fault}`)
    },
    finish: () => [illegal.size === 0
      ? ok('lifecycles', `${count(events, 'step')} of ${count(lives.size, 'anomaly').replace('anomalys', 'anomalies')}, all legal`)
      : fail('lifecycles', `${listed([...illegal.values()])}; whatever wrote this was not the recorder, restore the eventlog folder from a copy`)],
  }
}

/** Why `event` cannot follow, or undefined. */
function faultOf(anomaly: Anomaly | undefined, event: AnomalyEvent): string | undefined {
  const decision = decide(anomaly, commandOf(event))
  if (!decision.ok) return decision.from === 'NONE' ? 'though it was never published' : `though it was ${decision.from}`
  const [first] = decision.events
  // A commit straight from PUBLISHED is decided as two events, the admission first.
  if (first?.type !== event.type) return `without the ${first?.type ?? 'event'} that comes before it`
  if (event.type === 'AnomalyTimedOut' && first.type === 'AnomalyTimedOut' && first.data.stage !== event.data.stage) return `with stage ${event.data.stage} though it was ${first.data.stage}`
  return undefined
}

function commandOf(event: AnomalyEvent): AnomalyCommand {
  switch (event.type) {
    case 'AnomalyPublished': return { type: 'publish', data: event.data }
    case 'AnomalyAdmitted': return { type: 'admit', data: event.data }
    case 'AnomalyRejected': return { type: 'reject', data: event.data }
    case 'AnomalyTimedOut': return { type: 'time-out', data: event.data }
    case 'AnomalyExpired': return { type: 'expire', data: event.data }
    case 'AnomalyCommitted': return { type: 'commit', data: event.data }
  }
}
