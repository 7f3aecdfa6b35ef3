import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asHeight, type ProducerId } from '../ids.js'
import { decodePolicies, encodePolicies, withoutSpent } from './entry.js'
import type { Policy } from './policy.js'
import { genesisRules, policiesInForce, rulesAt } from './rules-at.js'
import { governed, keyOf, policyId, policyOf, type PolicySpec } from './testing/policies.js'

const at = (height: number, ...policies: readonly Policy[]) => rulesAt(governed, encodePolicies(policies), asHeight(height))
const edge = keyOf('edge')
const [p0, p1] = [keyOf('p0'), keyOf('p1')]

describe('rules in force', () => {
  test('are those of genesis before any policy, and up to the height at which one begins', () => {
    const policy = policyOf(1, { from: 5, until: 8 })
    expect(rulesAt(governed, undefined, asHeight(1))).toBe(genesisRules(governed))
    expect([4, 5, 7, 8].map((height) => at(height, policy).thresholds.get('ddos'))).toEqual([undefined, 0.9, 0.9, undefined])
  })

  test('go by the height at which policies begin, then by the order of the chain', () => {
    const value = (n: number, from: number, ddos: number) => policyOf(n, { from, subject: { kind: 'ddos', value: ddos } })
    expect(at(9, value(1, 7, 0.7), value(2, 6, 0.6)).thresholds.get('ddos')).toBe(0.7)
    expect(at(9, value(1, 6, 0.7), value(2, 6, 0.6)).thresholds.get('ddos')).toBe(0.6)
    expect(at(9, value(1, 6, 0.7), policyOf(2, { action: 'remove', from: 7, subject: { kind: 'ddos' } })).thresholds.size).toBe(0)
  })

  test('end a policy from the height at which its rollback begins, and what it replaced works again', () => {
    const [first, second] = [policyOf(1, { from: 5 }), policyOf(2, { from: 6, subject: { kind: 'ddos', value: 0.6 } })]
    const rollback = policyOf(3, { action: 'remove', from: 8, subject: {}, rollbackOf: policyId(2) })
    expect([7, 8].map((height) => at(height, first, second, rollback).thresholds.get('ddos'))).toEqual([0.6, 0.9])
  })

  test('let producers in, block those of genesis and never rewrite them', () => {
    const add = (producer: ProducerId, more: PolicySpec = {}) => policyOf(1, { action: 'add', rule: 'producer', subject: { producer, name: 'new name', schemes: ['v1'] }, ...more })
    expect(at(5, add(edge)).producers.get(edge)).toMatchObject({ name: 'new name', schemes: ['v1'], id: edge })
    expect(at(5, add(p1)).producers.get(p1)).toEqual(genesisRules(governed).producers.get(p1))
    const block = policyOf(2, { action: 'remove', rule: 'producer', subject: { producer: p0 } })
    expect([at(4, block), at(5, block)].map(({ producers }) => producers.has(p0))).toEqual([true, false])
    expect(at(9, block, add(p0, { from: 7 })).producers.get(p0)).toEqual(genesisRules(governed).producers.get(p0))
    expect(at(5, policyOf(2, { action: 'add', rule: 'blacklist', subject: { producers: [p0] } })).producers.has(p0)).toBe(false)
  })

  test('take the old key out and the new one in at the same height', () => {
    const rotate = policyOf(1, { action: 'update', rule: 'producer', subject: { producer: p0, newKey: edge } })
    expect([4, 5].map((height) => [at(height, rotate).producers.has(p0), at(height, rotate).producers.has(edge)])).toEqual([[true, false], [false, true]])
    expect(at(5, rotate).producers.get(edge)).toMatchObject({ name: 'p0', schemes: ['v1', 'v2'] })
  })

  test('know all models until one is registered, and stay closed when the last is taken out', () => {
    const model = (n: number, action: 'add' | 'remove', from: number) => policyOf(n, { action, rule: 'model', from, subject: { modelVersion: 'm-1' } })
    expect(at(4, model(1, 'add', 5)).models).toBeUndefined()
    expect(at(5, model(1, 'add', 5)).models).toEqual(new Set(['m-1']))
    expect(at(6, model(1, 'add', 5), model(2, 'remove', 6)).models).toEqual(new Set())
  })

  test('hold flags, limits and parameters as they were last set', () => {
    const rules = at(9,
      policyOf(1, { action: 'enable', rule: 'feature_flag', subject: { flag: 'fast' } }),
      policyOf(2, { action: 'add', rule: 'rate_limit', subject: { producer: p0, perSecond: 10 } }),
      policyOf(3, { action: 'add', rule: 'model_param', subject: { model: 'm', param: 'trees', value: 50 } }),
      policyOf(4, { action: 'disable', rule: 'feature_flag', from: 9, subject: { flag: 'fast' } }),
      policyOf(5, { action: 'add', rule: 'whitelist', subject: { addresses: ['192.0.2.0/24'] } }))
    expect([...rules.flags, ...rules.rateLimits]).toEqual([['fast', false], [p0, { perSecond: 10, burst: 10 }]])
    expect(rules.modelParams.get('m')?.get('trees')).toBe(50)
    expect([...rules.whitelist.addresses]).toEqual(['192.0.2.0/24'])
  })
})

const anyPolicies = fc.array(fc.record({
  kind: fc.constantFrom('ddos', 'malware', 'scan'), value: fc.integer({ min: 50, max: 99 }), from: fc.integer({ min: 1, max: 20 }),
  lasts: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }), ends: fc.option(fc.nat(20), { nil: undefined }),
}), { maxLength: 15 }).map((specs) => specs.map(({ kind, value, from, lasts, ends }, n): Policy => {
  // Only what is no rollback itself can be ended, as execution sees to.
  const target = ends !== undefined && ends < n && specs[ends]?.ends === undefined ? policyId(ends) : undefined
  return target === undefined
    ? policyOf(n, { from, subject: { kind, value: value / 100 }, ...(lasts === undefined ? {} : { until: from + lasts }) })
    : policyOf(n, { action: 'remove', from, subject: {}, rollbackOf: target })
}))
const plain = ({ thresholds, producers }: ReturnType<typeof at>) => [[...thresholds].sort(), [...producers.keys()]]

describe('the entry', () => {
  test('comes back from its bytes as it was', () => {
    fc.assert(fc.property(anyPolicies, (policies) => {
      expect(decodePolicies(encodePolicies(policies))).toEqual(policies)
    }))
  })

  test('says the same of every height to come when what is spent is left out', () => {
    fc.assert(fc.property(anyPolicies, fc.integer({ min: 1, max: 20 }), fc.nat(20), (policies, now, ahead) => {
      const kept = withoutSpent(policies, asHeight(now))
      expect(plain(at(now + ahead, ...kept))).toEqual(plain(at(now + ahead, ...policies)))
    }))
  })

  test('has no policy in force before its height or from its end on, whatever else is there', () => {
    fc.assert(fc.property(anyPolicies, fc.integer({ min: 1, max: 30 }), (policies, height) => {
      for (const { effectiveHeight, expirationHeight } of policiesInForce(policies, asHeight(height))) {
        expect(effectiveHeight <= height && (expirationHeight === undefined || height < expirationHeight)).toBe(true)
      }
    }))
  })
})
