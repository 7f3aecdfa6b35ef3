import { describe, expect, test, vi } from 'vitest'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { createTransactionCheck } from '../execution/check-transaction.js'
import { BLOCK_TIME, createChain, txOf } from '../execution/testing/network.js'
import type { ExecutionResult } from '../execution/types.js'
import { asHeight } from '../ids.js'
import { checkAnomalyOf } from '../message/check-anomaly.js'
import { POLICIES_KEY } from '../policy/entry.js'
import { rulesAt } from '../policy/rules-at.js'
import { governed, policyId, policyTx } from '../policy/testing/policies.js'
import { getValue } from '../state/get-value.js'
import type { Transaction } from '../transaction.js'
import { createRescorer } from './rescore.js'
import { scoreClaimJson } from './score-claim.js'
import type { FindModel } from './scoring-model.js'
import { model, oneBitOff, withFeatureOff } from './testing/known.js'
import { card, claimNumber, closeRegistry, moveModel, payloadWith, registerModel, retireModel, scoredTx } from './testing/scored.js'

const outcomes = ({ receipts }: ExecutionResult): string[] => receipts.map((receipt) => (receipt.status === 'success' ? 'ok' : receipt.code))
const verify = createVerifier()
const holding: FindModel = (hash) => (hash === model.modelHash ? model : undefined)
const lie = (n: number): Transaction => scoredTx(n, { ...claimNumber(n), rawMargin: oneBitOff(claimNumber(n).rawMargin) })
const ofAnother = (n: number): Transaction => scoredTx(n, { ...claimNumber(n), modelHash: 'ab'.repeat(32) })

/** A chain on which policies may register models, and a voter at its next height. */
function createGoverned(find: FindModel = holding) {
  const chain = createChain(governed)
  const rescorer = createRescorer(find)
  const check = createTransactionCheck(governed, verify, rescorer)
  let height = 0
  return {
    rescorer,
    commit(...txs: readonly Transaction[]): string[] {
      height += 1
      return outcomes(chain.commit(txs))
    },
    vote(tx: Transaction): string {
      const verdict = check(tx, BLOCK_TIME, { height: asHeight(height + 1), parentRoot: chain.root, nodes: chain.nodes })
      return verdict.ok ? 'ok' : verdict.code
    },
    rules: () => rulesAt(governed, getValue(chain.nodes, chain.root, POLICIES_KEY), asHeight(height + 1)),
  }
}

describe('a claimed score before a vote', () => {
  test('is carried unverified while nobody has registered its model', () => {
    const { vote, rescorer } = createGoverned()
    expect([scoredTx(1), lie(2), ofAnother(3), txOf(4)].map(vote)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(rescorer.counts()).toEqual({ scored: 0, mismatched: 0, notHeld: 0 })
  })

  test('is looked at and refused by nobody while its model is a shadow', () => {
    const { commit, vote, rescorer } = createGoverned()
    commit(registerModel(1, 2))
    expect([scoredTx(1), lie(2)].map(vote)).toEqual(['ok', 'ok'])
    expect(rescorer.counts()).toMatchObject({ scored: 2, mismatched: 1 })
  })

  test.each(['canary', 'active'])('is refused where it is a lie and the model is %s, from that height on', (stage) => {
    const { commit, vote } = createGoverned()
    expect(commit(registerModel(1, 3, { stage: 'canary' }), ...(stage === 'active' ? [moveModel(2, 'active', 4)] : []))).not.toContain('MALFORMED')
    expect(vote(lie(1))).toBe('ok')
    commit()
    if (stage === 'active') commit()
    expect([scoredTx(1), lie(1), scoredTx(2, withFeatureOff(claimNumber(2), 5)), txOf(4)].map(vote)).toEqual(['ok', 'SCORE_MISMATCH', 'SCORE_MISMATCH', 'ok'])
  })

  test('is of an unknown model where the registry is closed, the model retired, or the schema another', () => {
    const { commit, vote } = createGoverned()
    commit(registerModel(1, 2, { stage: 'canary' }), closeRegistry(2, 3), retireModel(3, 4))
    expect(vote(ofAnother(1))).toBe('ok')
    expect(vote(scoredTx(2, { ...claimNumber(2), featureSchema: 'cd'.repeat(32) }))).toBe('UNKNOWN_MODEL')
    commit()
    expect([ofAnother(1), scoredTx(2), txOf(3)].map(vote)).toEqual(['UNKNOWN_MODEL', 'ok', 'ok'])
    commit()
    expect([scoredTx(1), txOf(3)].map(vote)).toEqual(['UNKNOWN_MODEL', 'ok'])
  })

  test('is MALFORMED where its form is wrong, whatever is registered', () => {
    const { vote } = createGoverned()
    const claim = claimNumber(1)
    const malformed = [
      { ...claim, rawMargin: Infinity }, { ...claim, bias: NaN }, { ...claim, modelHash: 'ab' },
      { ...claim, contributions: claim.contributions.subarray(1) }, { ...claim, features: claim.features.map(() => 'same') }, { ...claim, vector: claim.vector.subarray(1) },
    ]
    expect(malformed.map((wrong, n) => vote(scoredTx(n, wrong)))).toEqual(malformed.map(() => 'MALFORMED'))
    const shouted = { ...scoreClaimJson(claim), model_hash: claim.modelHash.toUpperCase() }
    expect(vote(txOf(8, { payload: payloadWith(undefined, { score_claim: shouted }) }))).toBe('MALFORMED')
    const extra = txOf(9, { payload: payloadWith(undefined, { score_claim: { surprise: 1 } }) })
    expect(checkAnomalyOf(extra, BLOCK_TIME, createGoverned().rules(), verify)).toMatchObject({ ok: false, code: 'MALFORMED', field: 'payload.score_claim' })
  })
})

describe('a validator without the model', () => {
  test('abstains: it votes neither for nor against what it cannot check', () => {
    const { commit, vote, rescorer } = createGoverned(() => undefined)
    commit(registerModel(1, 2, { stage: 'shadow' }), moveModel(2, 'canary', 3))
    expect([scoredTx(1), lie(2)].map(vote)).toEqual(['ok', 'ok'])
    commit()
    expect([scoredTx(1), lie(2), txOf(3)].map(vote)).toEqual(['MODEL_NOT_HELD', 'MODEL_NOT_HELD', 'ok'])
    expect(rescorer.counts()).toMatchObject({ notHeld: 2 })
  })

  test('abstains also where its own machine comes to another golden result than was registered', () => {
    const { commit, vote } = createGoverned()
    commit(registerModel(1, 2, { stage: 'canary', goldenResult: 'ef'.repeat(32) }))
    expect([scoredTx(1), lie(2)].map(vote)).toEqual(['MODEL_NOT_HELD', 'MODEL_NOT_HELD'])
  })

  test('executes a certified block with such a claim to the same state as one that holds the model', () => {
    const [with_, without] = [createGoverned(), createGoverned(() => undefined)]
    for (const { commit } of [with_, without]) expect(commit(registerModel(1, 2, { stage: 'canary' }))).toEqual(['ok'])
    expect(without.commit(scoredTx(1))).toEqual(with_.commit(scoredTx(1)))
  })
})

describe('execution', () => {
  test('fails a claim of an unknown model, which the state alone can tell', () => {
    const { commit } = createGoverned()
    commit(closeRegistry(1, 2))
    expect(commit(ofAnother(1), txOf(2))).toEqual(['UNKNOWN_MODEL', 'ok'])
  })
})

describe('the registry', () => {
  test('takes a model through its stages and no further than it was watched', () => {
    const { commit, rules } = createGoverned()
    expect(commit(moveModel(1, 'canary', 5))).toEqual(['MALFORMED'])
    expect(commit(registerModel(2, 5), moveModel(3, 'active', 7), moveModel(4, 'canary', 5), moveModel(5, 'canary', 6), moveModel(6, 'active', 7))).toEqual(['ok', 'MALFORMED', 'MALFORMED', 'ok', 'ok'])
    const stages: (string | undefined)[] = []
    commit()
    for (let height = 5; height <= 7; height++) {
      commit()
      stages.push(rules().registry.models.get(card.modelHash)?.stage)
    }
    expect(stages).toEqual(['shadow', 'canary', 'active'])
    expect(rules().registry.models.get(card.modelHash)).toEqual({ ...card, stage: 'active' })
  })

  test('goes back where the policy of a stage is ended', () => {
    const { commit, rules, vote } = createGoverned()
    expect(commit(registerModel(1, 2), moveModel(2, 'canary', 3))).toEqual(['ok', 'ok'])
    commit(policyTx(4, { action: 'remove', from: 5, subject: {}, rollbackOf: policyId(2) }))
    expect([rules().registry.models.get(card.modelHash)?.stage, vote(lie(1))]).toEqual(['canary', 'SCORE_MISMATCH'])
    commit()
    commit()
    expect([rules().registry.models.get(card.modelHash)?.stage, vote(lie(1))]).toEqual(['shadow', 'ok'])
  })

  test('has none begin as active, and nothing to do with the versions that messages name', () => {
    const { commit, rules } = createGoverned()
    expect(commit(registerModel(1, 2, { stage: 'active' }))).toEqual(['MALFORMED'])
    commit(registerModel(2, 3))
    expect(rules().models).toBeUndefined()
  })
})

describe('the memory of verdicts', () => {
  test('scores a transaction once, and never keeps that a model was missing', () => {
    const score = vi.fn(model.score)
    const shelf: { held?: typeof model } = {}
    const { commit, vote, rescorer } = createGoverned((hash) => (hash === model.modelHash ? shelf.held : undefined))
    commit(registerModel(1, 2, { stage: 'canary' }))
    expect(vote(lie(1))).toBe('MODEL_NOT_HELD')
    shelf.held = { ...model, score }
    expect([lie(1), lie(1), scoredTx(2), scoredTx(2)].map(vote)).toEqual(['SCORE_MISMATCH', 'SCORE_MISMATCH', 'ok', 'ok'])
    expect(score).toHaveBeenCalledTimes(2)
    expect(rescorer.counts()).toEqual({ scored: 2, mismatched: 1, notHeld: 1 })
  })

  test('is bounded, and what was forgotten is scored again', () => {
    const rescorer = createRescorer(holding, 2)
    const registry = { isClosed: false, models: new Map([[card.modelHash, { ...card, stage: 'canary' as const }]]) }
    const judge = (n: number) => rescorer.judge({ id: scoredTx(n).id, scoreClaim: claimNumber(n) }, registry)
    for (const n of [1, 2, 3, 3, 1]) expect(judge(n)).toEqual({ ok: true })
    expect(rescorer.counts().scored).toBe(4)
  })
})
