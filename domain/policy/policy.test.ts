import { describe, expect, test } from 'vitest'
import type { Json } from '../canonical-json.js'
import { POLICY_ACTIONS, POLICY_RULES, type PolicyAction, type PolicyRule } from './kinds.js'
import { readPolicy } from './policy.js'
import { keyOf, paramsOf, policyId, type PolicySpec } from './testing/policies.js'

const read = (action: PolicyAction, rule: PolicyRule, subject: { readonly [field: string]: Json }, spec: PolicySpec = {}) =>
  readPolicy({ id: policyId(1), action, rule, params: paramsOf(1, { subject, ...spec }) })
const faultIn = (...args: Parameters<typeof read>): string => {
  const found = read(...args)
  return found.ok ? 'ok' : found.field
}
const producer = keyOf('edge')

describe('a policy', () => {
  test('says what it changes, by its action and its rule', () => {
    const cases: readonly (readonly [PolicyAction, PolicyRule, { readonly [field: string]: Json }])[] = [
      ['add', 'threshold', { kind: 'ddos', value: 0.5 }], ['update', 'threshold', { kind: 'severity', value: 10 }], ['remove', 'threshold', { kind: 'ddos' }],
      ['add', 'blacklist', { addresses: ['2001:db8::/32'] }], ['remove', 'whitelist', { producers: [producer] }],
      ['enable', 'feature_flag', { flag: 'fast' }], ['disable', 'feature_flag', { flag: 'fast' }], ['remove', 'feature_flag', { flag: 'fast' }],
      ['add', 'rate_limit', { producer, perSecond: 5, burst: 50 }], ['remove', 'rate_limit', { producer }],
      ['update', 'model_param', { model: 'm', param: 'trees', value: true }], ['remove', 'model_param', { model: 'm', param: 'trees' }],
      ['add', 'producer', { producer, name: 'edge' }], ['remove', 'producer', { producer }], ['enable', 'producer', { producer }], ['disable', 'producer', { producer }],
      ['update', 'producer', { producer, newKey: keyOf('next') }], ['add', 'model', { modelVersion: 'm-1' }], ['remove', 'model', { modelVersion: 'm-1' }],
    ]
    for (const [action, rule, subject] of cases) expect(read(action, rule, subject), `${action} ${rule}`).toMatchObject({ ok: true, policy: { change: { rule } } })
    expect(read('remove', 'producer', {}, { rollbackOf: policyId(2) })).toMatchObject({ ok: true, policy: { change: { rule: 'nothing' } } })
  })

  test('is refused with the field at fault where a value is out of bounds or a word is not known', () => {
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.49 })).toBe('params.value')
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.995 })).toBe('params.value')
    expect(faultIn('add', 'threshold', { kind: 'severity', value: 0 })).toBe('params.value')
    expect(faultIn('add', 'threshold', { kind: 'severity', value: 5.5 })).toBe('params.value')
    expect(faultIn('add', 'blacklist', {})).toBe('params.addresses')
    expect(faultIn('add', 'blacklist', { addresses: ['here; drop'] })).toBe('params.addresses.0')
    expect(faultIn('add', 'rate_limit', { producer, perSecond: 0 })).toBe('params.perSecond')
    expect(faultIn('add', 'producer', { producer: 'AB', name: 'edge' })).toBe('params.producer')
    expect(faultIn('update', 'producer', { producer, newKey: producer })).toBe('params.newKey')
    expect(faultIn('add', 'model', { modelVersion: 'm', surprise: 1 })).toBe('params')
    expect(faultIn('enable', 'threshold', { kind: 'ddos' })).toBe('action')
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.9 }, { from: 0 })).toBe('params.effectiveHeight')
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.9 }, { from: 5, until: 5 })).toBe('params.expirationHeight')
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.9 }, { rollbackOf: policyId(1) })).toBe('params.rollbackOf')
    expect(faultIn('add', 'threshold', { kind: 'ddos', value: 0.9 }, { rollbackOf: policyId(2), until: 9 })).toBe('params.expirationHeight')
  })

  test('has one text, and names itself', () => {
    const said = { id: policyId(1), action: 'update', rule: 'threshold' } as const
    expect(readPolicy({ ...said, params: paramsOf(1) })).toMatchObject({ ok: true })
    for (const params of ['', 'null', '[]', '{', ` ${paramsOf(1)}`, paramsOf(1).replace('{', '{"a":1,"a":1,'), paramsOf(2)]) {
      expect(readPolicy({ ...said, params }), params).toMatchObject({ ok: false })
    }
  })

  test('never throws, whatever its action, rule and params are', () => {
    for (const action of POLICY_ACTIONS) {
      for (const rule of POLICY_RULES) {
        for (const subject of [{}, { producer: null }, { kind: [], value: {} }, { addresses: 'x', producers: 7 }]) expect(read(action, rule, subject)).toMatchObject({ ok: false })
      }
    }
  })
})
