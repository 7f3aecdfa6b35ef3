/** Policies as blocks have carried them, and those that none could carry any more: one row each, nothing ever changes. What is in force follows from them. */
import type pg from 'pg'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlStatement } from '../sql/statement.js'
import { asLapsed, insertPolicies, type RecordedPolicy } from './sql/insert-policies.js'

export const POLICIES_PROJECTION = { name: 'policies', version: 1 } as const

export const createPoliciesProjection = (pool: pg.Pool): Projection =>
  createSqlProjection(pool, { ...POLICIES_PROJECTION, tables: ['policies'], fold: (entries) => Promise.resolve(foldPolicies(entries)) })

export function foldPolicies(entries: readonly BatchEntry[]): readonly SqlStatement[] {
  const recorded: RecordedPolicy[] = []
  forEachEvent(entries, ({ event, position }) => {
    if (event.type === 'PolicyRecorded') recorded.push({ position, data: event.data })
    if (event.type === 'PolicyLapsed') recorded.push({ position, data: asLapsed(event.data) })
  })
  return insertPolicies(recorded)
}
