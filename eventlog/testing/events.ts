/** Small valid events for tests of logs and projections. */
import type { DomainEvent } from '../../domain/events/schema.js'
import { asAnomalyId, asMillis } from '../../domain/ids.js'
import { uuidV5 } from '../../domain/uuid.js'
import type { NewEvent, StreamAppend } from '../log.js'

export const testId = (name: string | number): string => uuidV5(`test/${name}`)

/** An event that carries `note`; its id depends on `name` alone. */
export function noteEvent(name: string | number, note = ''): NewEvent {
  return {
    id: testId(name),
    event: {
      type: 'OperatorActionRecorded',
      data: { actor: 'tester', action: 'note', resource: String(name), result: 'success', reason: '', fields: { note }, at: asMillis(1_760_595_055_000) },
    },
  }
}

export const expiredEvent = (name: string | number): DomainEvent =>
  ({ type: 'AnomalyExpired', data: { anomalyId: asAnomalyId(testId(`anomaly/${name}`)), validUntil: asMillis(1), at: asMillis(2) } })

/** An append of `names` to `stream`. */
export const appendOf = (stream: string, expected: StreamAppend['expected'], ...names: readonly (string | number)[]): StreamAppend =>
  ({ stream, expected, events: names.map((name) => noteEvent(name)) })
