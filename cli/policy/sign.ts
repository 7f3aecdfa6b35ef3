/** Signs a policy. Needs the key and the genesis file and nothing else: no data folder, no network. */
import { randomBytes, randomUUID } from 'node:crypto'
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import type { Genesis } from '../../domain/genesis.js'
import { asHeight, type UnixMillis } from '../../domain/ids.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import { encodePolicy } from '../../domain/message/policy.js'
import { signPolicy } from '../../domain/message/sign-policy.js'
import { POLICY_ACTIONS, POLICY_RULES, type PolicyAction, type PolicyRule } from '../../domain/policy/kinds.js'
import { keysOfOthers, rulesAt, type RulesInForce } from '../../domain/policy/rules-at.js'
import { createVerifier, isTorsionFree } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { UserError } from '../shared/user-error.js'
import { parseHeight, type ChainPace } from './parse-height.js'

export type Proposal = {
  readonly key: string
  readonly rule: string
  readonly action: string
  /** JSON of what the rule needs. */
  readonly params: string
  /** As parseHeight reads them. */
  readonly effectiveHeight: string
  readonly expirationHeight?: string
  readonly rollbackOf?: string
}

export type SignedPolicy = {
  readonly policyId: string
  readonly rule: string
  readonly action: string
  readonly effectiveHeight: number
  readonly publicKey: Uint8Array
  readonly bytes: Uint8Array
}

export type SigningPlace = {
  /** Written into the message: when it will reach validators. */
  readonly at: UnixMillis
  /** Undefined where no log is at hand. */
  readonly chain: ChainPace | undefined
  /** Absent: those of genesis. */
  readonly rules?: RulesInForce
}

/** Throws UserError where validators would refuse it. */
export function sign(genesis: Genesis, proposal: Proposal, { at, chain, rules }: SigningPlace): SignedPolicy {
  const signer = readKeyFile(proposal.key)
  const action = oneOf<PolicyAction>('--action', proposal.action, POLICY_ACTIONS)
  const rule = oneOf<PolicyRule>('--rule', proposal.rule, POLICY_RULES)
  const policyId = randomUUID()
  const effectiveHeight = parseHeight('--effective-height', proposal.effectiveHeight, chain)
  const params: Json = {
    ...subjectOf(proposal.params), policyId, effectiveHeight,
    ...(proposal.expirationHeight === undefined ? {} : { expirationHeight: parseHeight('--expiration-height', proposal.expirationHeight, chain) }),
    ...(proposal.rollbackOf === undefined ? {} : { rollbackOf: proposal.rollbackOf }),
  }
  const bytes = encodePolicy(signPolicy({
    id: policyId, action, rule, params: utf8ToBytes(canonicalJson(params)), tsSeconds: Math.floor(at / 1000), nonce: randomBytes(16),
  }, signer))
  // The same check that validators make. Where no log is at hand, the first block that there can be is taken for the next.
  const height = chain?.height ?? asHeight(1)
  const check = checkPolicy(bytes, at, height, rules ?? rulesAt(genesis, undefined, height), createVerifier())
  if (!check.ok) throw new UserError('BAD_POLICY', `${check.field} ${check.reason}${check.code === 'UNKNOWN_PRODUCER' ? `; name the key file of an authority with --key, this one is ${bytesToHex(signer.publicKey).slice(0, 12)}` : ''}`)
  refuseUnsoundKeys(params, keysOfOthers(genesis))
  return { policyId, rule, action, effectiveHeight, publicKey: signer.publicKey, bytes }
}

function oneOf<T extends string>(option: string, word: string, words: readonly T[]): T {
  const known = words.find((one) => one === word)
  if (known === undefined) throw new UserError('BAD_OPTION', `${option} must be one of ${words.join(', ')}, got ${word}`)
  return known
}

function subjectOf(text: string): Readonly<Record<string, Json>> {
  try {
    const value = JSON.parse(text) as Json
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, Json>>
  } catch {
    // Named below.
  }
  throw new UserError('BAD_OPTION', `--params must be a JSON object, such as '{"kind":"ddos","value":0.9}'; docs/policies.md lists what each rule needs`)
}

/** What only a shell can see of a key, and what only execution would say. */
function refuseUnsoundKeys(params: Json, others: ReadonlySet<string>): void {
  const { producer, newKey } = params as { readonly producer?: string; readonly newKey?: string }
  for (const key of [producer, newKey].filter((one) => one !== undefined)) {
    if (!isTorsionFree(hexToBytes(key))) throw new UserError('BAD_KEY', `${key} is no sound Ed25519 key; make keys with \`cybermesh keys new\``)
    if (others.has(key)) throw new UserError('BAD_KEY', `${key} has another role in genesis; a producer needs a key of its own`)
  }
}
