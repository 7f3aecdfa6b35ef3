/** The policies as the event log tells them: the same entry as the validators' state has, for those who hold no state. */
import type { EventData } from '../events/schema.js'
import { entryWith } from './entry.js'
import { readPolicy } from './policy.js'

/** @returns the entry after it; the one before where the policy failed */
export function entryAfter(entry: Uint8Array | undefined, { policyId, action, rule, params, placement, outcome }: EventData<'PolicyRecorded'>): Uint8Array | undefined {
  if (outcome === 'failed') return entry
  const read = readPolicy({ id: policyId, action, rule, params })
  return read.ok ? entryWith(entry, read.policy, placement.height) : entry
}
