import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../canonical-json.js'
import { claimFault } from './check-claim.js'
import { FLOW_FEATURES_SHA256 } from '../models/flow-features.js'
import { scoreClaimJson } from './score-claim.js'
import { claimScore } from './scoring-model.js'
import { claims, claimsJson, hashes, model, oneBitOff, withFeatureOff, withOneOff } from './testing/known.js'

describe('claims whose bits another language has worked out', () => {
  test('are what this machine claims of the same vectors, byte for byte', () => {
    expect(claims).toHaveLength(40)
    for (const [i, { vector }] of claims.entries()) {
      const mine = scoreClaimJson(claimScore(model, FLOW_FEATURES_SHA256, vector))
      expect(canonicalJson(mine)).toBe(canonicalJson(claimsJson[i] as typeof mine))
    }
  })

  test('are accepted, every one', () => {
    expect(claims.map((claim) => claimFault(claim, model))).toEqual(claims.map(() => undefined))
  })

  test('have contributions that sum to the raw margin exactly', () => {
    for (const { bias, contributions, rounding, rawMargin } of claims) {
      expect([bias, ...contributions, rounding].reduce((total, part) => total + part, 0)).toBe(rawMargin)
    }
  })

  test('come with the hash of the model and the golden result that the other language has', () => {
    expect({ modelHash: model.modelHash, goldenResult: model.goldenResult }).toEqual(hashes)
  })
})

describe('a lie', () => {
  test('about the score is found where it is one bit', () => {
    for (const claim of claims) expect(claimFault({ ...claim, rawMargin: oneBitOff(claim.rawMargin) }, model)?.field).toBe('payload.score_claim.raw_margin')
  })

  test('about one feature is found whichever it is, crossed thresholds or not', () => {
    for (const claim of claims) {
      for (const feature of claim.features.keys()) {
        const lie = withFeatureOff(claim, feature)
        expect(claimFault(lie, model), claim.features[feature]).toMatchObject({ field: 'payload.score_claim.vector' })
        // A detector that also works the margin out anew has changed its story and not its bits alone; it is found all the same.
        expect(claimFault(claimScore(model, FLOW_FEATURES_SHA256, lie.vector), model), claim.features[feature]).toMatchObject({ field: 'payload.score_claim.vector' })
      }
    }
  })

  test('about what a feature added, the bias, the rounding, or the names is found', () => {
    const [claim] = claims as [(typeof claims)[number]]
    for (const i of claim.contributions.keys()) {
      expect(claimFault({ ...claim, contributions: withOneOff(claim.contributions, i) }, model)?.field).toBe('payload.score_claim.contributions')
    }
    expect(claimFault({ ...claim, bias: oneBitOff(claim.bias) }, model)?.field).toBe('payload.score_claim.bias')
    expect(claimFault({ ...claim, rounding: oneBitOff(claim.rounding) }, model)?.field).toBe('payload.score_claim.rounding')
    expect(claimFault({ ...claim, features: [...claim.features].reverse() }, model)?.field).toBe('payload.score_claim.features')
  })
})
