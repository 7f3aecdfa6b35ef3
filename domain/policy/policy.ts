/** A policy: what it changes, and from which height to which. Its params are canonical JSON, so one policy has one text. */
import { canonicalJson, type Json } from '../canonical-json.js'
import { isUuid, type Height } from '../ids.js'
import type { PolicyMessage } from '../message/policy.js'
import { readChange, type PolicyChange } from './change.js'
import type { PolicyAction, PolicyRule } from './kinds.js'

export type Policy = {
  readonly policyId: string
  readonly action: PolicyAction
  readonly rule: PolicyRule
  /** Canonical JSON. */
  readonly params: string
  readonly change: PolicyChange
  /** The first height at which it works. */
  readonly effectiveHeight: Height
  /** The first at which it works no more. */
  readonly expirationHeight: Height | undefined
  /** The policy that ends where this one begins. */
  readonly rollbackOf: string | undefined
}

export type PolicyRead = { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly field: string; readonly reason: string }

type Said = Pick<PolicyMessage, 'id' | 'action' | 'rule'> & { readonly params: string }

/** What a message says; MALFORMED in all its failures. Never throws. */
export function readPolicy({ id, action, rule, params }: Said): PolicyRead {
  const fault = (field: string, reason: string): PolicyRead => ({ ok: false, field: field === '' ? 'params' : `params.${field}`, reason })
  const object = parseObject(params)
  if (object === undefined) return fault('', 'is not a JSON object')
  if (canonicalJson(object as Json) !== params) return fault('', 'is not canonical JSON (sorted keys, no spaces)')
  const { policyId, effectiveHeight, expirationHeight, rollbackOf, ...subject } = object
  if (policyId !== id) return fault('policyId', 'must be the id of the message')
  if (!isHeight(effectiveHeight)) return fault('effectiveHeight', 'must be a block height, a whole number from 1')
  if (expirationHeight !== undefined && !(isHeight(expirationHeight) && expirationHeight > effectiveHeight)) return fault('expirationHeight', 'must be a height above effectiveHeight')
  if (rollbackOf !== undefined && !(typeof rollbackOf === 'string' && isUuid(rollbackOf) && rollbackOf !== id)) return fault('rollbackOf', 'must be the id of another policy')
  // Else the policy that was ended would come back when this one ends.
  if (rollbackOf !== undefined && expirationHeight !== undefined) return fault('expirationHeight', 'cannot be given with rollbackOf')
  const read = readChange(action, rule, subject, rollbackOf !== undefined)
  if (!read.ok) return read
  return { ok: true, policy: { policyId: id, action, rule, params, change: read.change, effectiveHeight, expirationHeight, rollbackOf } }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined where the bytes are no UTF-8. */
export function textOfParams(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const isHeight = (value: unknown): value is Height => Number.isSafeInteger(value) && (value as number) >= 1

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined
  } catch {
    return undefined
  }
}
