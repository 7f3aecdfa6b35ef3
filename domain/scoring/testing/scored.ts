/** Anomalies with claims of the frozen model, and the policies that register it. */
import { utf8ToBytes } from '../../bytes.js'
import { canonicalJson } from '../../canonical-json.js'
import { txOf } from '../../execution/testing/network.js'
import type { AnomalyDraft } from '../../message/sign-anomaly.js'
import { policyTx, type MessageSpec } from '../../policy/testing/policies.js'
import type { Transaction } from '../../transaction.js'
import { scoreClaimJson, type ScoreClaim } from '../score-claim.js'
import { claims, hashes } from './known.js'

export const claimNumber = (n: number): ScoreClaim => claims[n % claims.length] as ScoreClaim

export const payloadWith = (claim: ScoreClaim | undefined, more: object = {}): Uint8Array =>
  utf8ToBytes(canonicalJson({ severity: 7, confidence: 0.5, ...more, ...(claim === undefined ? {} : { score_claim: scoreClaimJson(claim) }) }))

/** The n-th anomaly, with a claim. */
export const scoredTx = (n: number, claim: ScoreClaim = claimNumber(n), changes: Partial<AnomalyDraft> = {}): Transaction =>
  txOf(n, { payload: payloadWith(claim, { n }), ...changes })

export const card = { modelHash: hashes.modelHash, kind: 'lightgbm', featureSchema: claimNumber(0).featureSchema, metrics: { auc: 0.99 }, goldenResult: hashes.goldenResult } as const

export const registerModel = (n: number, from: number, changes: { readonly stage?: string; readonly goldenResult?: string; readonly featureSchema?: string } = {}, spec: MessageSpec = {}): Transaction =>
  policyTx(n, { ...spec, action: 'add', rule: 'model', from, subject: { ...card, ...changes } })
export const moveModel = (n: number, stage: string, from: number, spec: MessageSpec = {}): Transaction =>
  policyTx(n, { ...spec, action: 'update', rule: 'model', from, subject: { modelHash: card.modelHash, stage } })
export const retireModel = (n: number, from: number): Transaction => policyTx(n, { action: 'remove', rule: 'model', from, subject: { modelHash: card.modelHash } })
export const closeRegistry = (n: number, from: number, spec: MessageSpec = {}): Transaction => policyTx(n, { ...spec, action: 'update', rule: 'model', from, subject: { registry: 'closed' } })
