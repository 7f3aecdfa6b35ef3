/**
 * Executes a policy: it goes into the state and works from its height on. The signature was checked before the vote; all
 * else is checked again, and what only the state can say: that the id is new, that what it ends is there, that there is
 * room, that it makes no producer of a key that has another role, and that a model takes one stage after the other.
 */
import { asHeight, type Height } from '../ids.js'
import { checkUnsignedPolicy } from '../message/check-policy.js'
import { entryWith, MAX_POLICIES, MAX_POLICIES_BYTES, POLICIES_KEY, policiesIn, ROLLBACK_RESERVE } from '../policy/entry.js'
import type { PolicyChange } from '../policy/change.js'
import { rulesOfPolicies } from '../policy/rules-at.js'
import type { RejectCode } from '../reject-codes.js'
import type { Policy } from '../policy/policy.js'
import type { TransactionExecutor } from './executor.js'

/** More than a policy takes that only ends another. */
const ROLLBACK_BYTES = 256

export const executePolicy: TransactionExecutor = (tx, draft, { rules, othersKeys, timestamp, height }) => {
  const check = checkUnsignedPolicy(tx.bytes, timestamp, height, rules)
  if (!check.ok) return check.code
  const { policy } = check
  const stored = policiesIn(draft.get(POLICIES_KEY))
  const fault = conflictOf(policy, stored, othersKeys)
  if (fault !== undefined) return fault
  const bytes = entryWith(draft.get(POLICIES_KEY), policy, height)
  const reserve = policy.rollbackOf === undefined ? 0 : ROLLBACK_RESERVE
  if (policiesIn(bytes).length > MAX_POLICIES + reserve || bytes.length > MAX_POLICIES_BYTES + reserve * ROLLBACK_BYTES) return 'TOO_LARGE'
  draft.set(POLICIES_KEY, bytes)
  return undefined
}

/** A policy that was left out as spent cannot come again either: its height has passed. */
function conflictOf({ policyId, rollbackOf, change, effectiveHeight }: Policy, stored: readonly Policy[], othersKeys: ReadonlySet<string>): RejectCode | undefined {
  if (stored.some((known) => known.policyId === policyId)) return 'DUPLICATE'
  if (rollbackOf !== undefined && !stored.some((known) => known.policyId === rollbackOf && known.rollbackOf === undefined)) return 'MALFORMED'
  const key = keyMadeProducer(change)
  if (key !== undefined && othersKeys.has(key)) return 'MALFORMED'
  return skipsStage(change, stored, effectiveHeight) ? 'MALFORMED' : undefined
}

/** A stage is for a model that is registered by then, and an active one was a canary: nothing decides that nobody has watched. */
function skipsStage(change: PolicyChange, stored: readonly Policy[], effectiveHeight: Height): boolean {
  if (change.rule !== 'model_file' || change.does !== 'move') return false
  const before = rulesOfPolicies(stored, asHeight(effectiveHeight - 1)).registry.models.get(change.modelHash)?.stage
  return before === undefined || (change.stage === 'active' && before !== 'canary')
}

function keyMadeProducer(change: PolicyChange): string | undefined {
  if (change.rule !== 'producer') return undefined
  if (change.does === 'allow') return change.producer
  return change.does === 'rotate' ? change.newKey : undefined
}
