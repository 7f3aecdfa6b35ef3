/**
 * All policies as one entry of the state, in the order in which blocks carried them. It is bounded: each block's rules
 * are worked out from all of it. What can never work again is left out when the next policy comes.
 */
import { ByteReader, bytesEqual, ByteWriter, DecodeError, utf8ToBytes } from '../bytes.js'
import type { Height } from '../ids.js'
import { POLICY_ACTIONS, POLICY_RULES } from './kinds.js'
import { readPolicy, textOfParams, type Policy } from './policy.js'

/** Where the entry lies in the state. */
export const POLICIES_KEY = 'policies'

export const MAX_POLICIES = 1000
export const MAX_POLICIES_BYTES = 256 * 1024
/** A policy that ends another one makes room, so there is always room for some of these. */
export const ROLLBACK_RESERVE = 50

const NO_POLICIES: readonly Policy[] = []
const MAX_ID_BYTES = 36

/** For each: action u8 ‖ rule u8 ‖ id ‖ params. All else stands in the params. */
export function encodePolicies(policies: readonly Policy[]): Uint8Array {
  const writer = new ByteWriter(1024)
  for (const { policyId, action, rule, params } of policies) {
    writer.u8(POLICY_ACTIONS.indexOf(action)).u8(POLICY_RULES.indexOf(rule)).text(policyId).blob(utf8ToBytes(params))
  }
  return writer.finish()
}

/** Throws DecodeError where these are not the bytes of an entry. */
export function decodePolicies(bytes: Uint8Array): readonly Policy[] {
  const reader = new ByteReader(bytes)
  const policies: Policy[] = []
  while (reader.remaining > 0) {
    const [action, rule] = [POLICY_ACTIONS[reader.u8('policies.action')], POLICY_RULES[reader.u8('policies.rule')]]
    const id = reader.text(MAX_ID_BYTES, 'policies.id')
    const params = textOfParams(reader.blob(MAX_POLICIES_BYTES, 'policies.params')) ?? ''
    const read = action === undefined || rule === undefined ? undefined : readPolicy({ id, action, rule, params })
    if (read?.ok !== true) throw new DecodeError('policies.params', `of ${id} are not what was checked when it was carried`)
    policies.push(read.policy)
  }
  return policies
}

let last: { readonly bytes: Uint8Array; readonly policies: readonly Policy[] } | undefined

/** The same, remembered by the bytes: the entry is the same for nearly all blocks. */
export function policiesIn(bytes: Uint8Array | undefined): readonly Policy[] {
  if (bytes === undefined) return NO_POLICIES
  if (last !== undefined && (last.bytes === bytes || bytesEqual(last.bytes, bytes))) return last.policies
  const policies = decodePolicies(bytes)
  last = { bytes, policies }
  return policies
}

/** Without those that cannot work at this height or any later one. */
export function withoutSpent(policies: readonly Policy[], height: Height): readonly Policy[] {
  const ended = new Set(policies.filter(({ effectiveHeight }) => effectiveHeight <= height).flatMap(({ rollbackOf }) => rollbackOf ?? []))
  return policies.filter(({ policyId, change, effectiveHeight, expirationHeight }) => {
    const isExpired = expirationHeight !== undefined && expirationHeight <= height
    const hasEndedAnother = change.rule === 'nothing' && effectiveHeight <= height
    return !isExpired && !ended.has(policyId) && !hasEndedAnother
  })
}

/** The entry after a policy that a block at `height` has carried. */
export const entryWith = (entry: Uint8Array | undefined, policy: Policy, height: Height): Uint8Array =>
  encodePolicies([...withoutSpent(policiesIn(entry), height), policy])
