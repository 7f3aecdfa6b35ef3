/** Log entries as the checks see them, made of events without a log. */
import type { DomainEvent } from '../../../domain/events/schema.js'
import { asPosition } from '../../../domain/ids.js'
import type { BatchEntry } from '../../../projections/runtime/projection.js'
import { streamOf } from '../../../projections/testing/sample-log.js'
import type { Finding } from '../finding.js'
import type { LogVisitor } from '../log-visitor.js'

export function entriesOf(events: readonly DomainEvent[]): BatchEntry[] {
  const revisions = new Map<string, number>()
  return events.map((event, index) => {
    const stream = streamOf(event)
    const revision = revisions.get(stream) ?? 0
    revisions.set(stream, revision + 1)
    const position = asPosition(index)
    return { kind: 'event', position, bytes: new Uint8Array(), recorded: { id: `event-${index}`, stream, revision, position, event } }
  })
}

export function judge(visitor: LogVisitor, entries: readonly BatchEntry[]): readonly Finding[] {
  for (const entry of entries) visitor.visit(entry)
  return visitor.finish()
}
