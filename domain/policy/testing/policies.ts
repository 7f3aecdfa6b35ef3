/** Policies for tests: a genesis with two authorities, and messages that differ only where a test says so. */
import { utf8ToBytes, bytesToHex } from '../../bytes.js'
import { canonicalJson, type Json } from '../../canonical-json.js'
import { BLOCK_SECONDS, genesisBody, signerOf } from '../../execution/testing/network.js'
import { createGenesis, type Genesis } from '../../genesis.js'
import type { ProducerId } from '../../ids.js'
import { encodePolicy, type PolicyMessage } from '../../message/policy.js'
import { signPolicy } from '../../message/sign-policy.js'
import type { SignScheme } from '../../message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../transaction.js'
import type { PolicyAction, PolicyRule } from '../kinds.js'
import { readPolicy, type Policy } from '../policy.js'

export const keyOf = (name: string): ProducerId => bytesToHex(signerOf(name).publicKey) as ProducerId

export const governed: Genesis = createGenesis({
  ...genesisBody, policyAuthorities: [{ name: 'head', publicKey: keyOf('head') }, { name: 'old', publicKey: keyOf('old'), schemes: ['v1'] }],
})

export const policyId = (n: number): string => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`

export type PolicySpec = {
  readonly action?: PolicyAction
  readonly rule?: PolicyRule
  /** Beside what all policies have. */
  readonly subject?: { readonly [field: string]: Json }
  readonly from?: number
  readonly until?: number
  readonly rollbackOf?: string
}

const SUBJECT = { kind: 'ddos', value: 0.9 }

export const paramsOf = (n: number, { subject = SUBJECT, from = 5, until, rollbackOf }: PolicySpec = {}): string => canonicalJson({
  ...subject, policyId: policyId(n), effectiveHeight: from,
  ...(until === undefined ? {} : { expirationHeight: until }), ...(rollbackOf === undefined ? {} : { rollbackOf }),
})

export function policyOf(n: number, spec: PolicySpec = {}): Policy {
  const read = readPolicy({ id: policyId(n), action: spec.action ?? 'update', rule: spec.rule ?? 'threshold', params: paramsOf(n, spec) })
  if (!read.ok) throw new Error(`${read.field} ${read.reason}`)
  return read.policy
}

export type MessageSpec = PolicySpec & {
  readonly params?: string; readonly signer?: string; readonly scheme?: SignScheme; readonly tsSeconds?: number
  /** Changes the message after it was signed. */
  readonly tamper?: (message: PolicyMessage) => PolicyMessage
}

export function policyBytes(n: number, spec: MessageSpec = {}): Uint8Array {
  const nonce = new Uint8Array(16)
  new DataView(nonce.buffer).setUint32(12, n)
  const message = signPolicy({
    id: policyId(n), action: spec.action ?? 'update', rule: spec.rule ?? 'threshold', params: utf8ToBytes(spec.params ?? paramsOf(n, spec)),
    tsSeconds: spec.tsSeconds ?? BLOCK_SECONDS, nonce,
  }, signerOf(spec.signer ?? 'head'), spec.scheme)
  return encodePolicy(spec.tamper === undefined ? message : spec.tamper(message))
}

export const policyTx = (n: number, spec: MessageSpec = {}): Transaction => createTransaction('policy', policyBytes(n, spec))
