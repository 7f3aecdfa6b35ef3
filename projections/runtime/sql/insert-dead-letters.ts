/** Writes down events that could not be applied; one that is known already stays as it is. */
import { insertRows } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { plainText, timeOfMillis } from '../../sql/values.js'
import type { DeadLetter } from '../projection.js'

/** @param nowMs unix ms */
export function insertDeadLetters(name: string, version: number, deadLetters: readonly DeadLetter[], nowMs: number): SqlStatement[] {
  const now = timeOfMillis(nowMs)
  return insertRows('projection_dead_letters', [
    { name: 'name', type: 'text', value: () => name },
    { name: 'version', type: 'int4', value: () => version },
    { name: 'position', type: 'int8', value: (letter) => letter.position },
    { name: 'event_id', type: 'text', value: (letter) => letter.eventId },
    { name: 'event_type', type: 'text', value: (letter) => letter.eventType },
    { name: 'error', type: 'text', value: (letter) => plainText(letter.error) },
    { name: 'recorded_at', type: 'timestamptz', value: () => now },
  ], deadLetters, '(name, version, position) DO NOTHING')
}
