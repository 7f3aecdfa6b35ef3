import { describe, expect, test } from 'vitest'
import type { EngineVerdict, Finding } from '../engines/engine.js'
import { decide, type Decision } from '../engines/ensemble.js'
import type { Incident } from '../incidents/incident-book.js'
import { targetWindow } from '../testing/traffic.js'
import { ruledVerdicts, silenceOf } from './apply-rules.js'
import { detectorRules, NO_RULES } from './detector-rules.js'
import { policiesAt, type PolicyStatement } from './policy-book.js'

let offset = 0
function say(policyId: string, changes: Partial<PolicyStatement> = {}, says: object = {}): PolicyStatement {
  return { policyId, action: 'add', ruleType: 'threshold', ruleData: JSON.stringify(says), rollbackOf: '', effectiveHeight: 10, expirationHeight: 0, order: [1, offset++], ...changes }
}
const at = (statements: readonly PolicyStatement[], height: number): string[] => policiesAt(statements, height).map(({ policyId, effectiveHeight }) => `${policyId}@${effectiveHeight}`)

describe('policies in force', () => {
  test('begin at their effective height and end before their expiration height', () => {
    const one = [say('a', { expirationHeight: 20 })]
    expect([9, 10, 19, 20].map((height) => at(one, height))).toEqual([[], ['a@10'], ['a@10'], []])
  })

  test('an update leaves the former in force until its own height', () => {
    const both = [say('a'), say('a', { action: 'update', effectiveHeight: 15, order: [2, 1] })]
    expect([12, 15].map((height) => at(both, height))).toEqual([['a@10'], ['a@15']])
  })

  test('removing, disabling, enabling and rolling back take effect at their height', () => {
    const all = [
      say('a'), say('b'), say('a', { action: 'disable', effectiveHeight: 12 }), say('a', { action: 'enable', effectiveHeight: 14 }),
      say('b', { action: 'remove', effectiveHeight: 13 }), say('c', { effectiveHeight: 16, rollbackOf: 'a' }),
    ]
    expect([11, 12, 13, 14, 16].map((height) => at(all, height))).toEqual([['a@10', 'b@10'], ['b@10'], [], ['a@10'], ['c@16']])
  })

  test('do not depend on the order in which they were heard, and enabling what is not there does nothing', () => {
    const all = [say('a', { order: [1, 0] }), say('a', { action: 'remove', order: [2, 0] }), say('x', { action: 'enable' })]
    expect(at([...all].reverse(), 10)).toEqual(at(all, 10))
    expect(at(all, 10)).toEqual([])
  })
})

const finding: Finding = { threatType: 'ddos', attack: 'syn_flood', target: '10.0.0.2', destinationPort: 80, source: '10.0.0.9' }
const verdict = (name: string, score: number): EngineVerdict => ({ name, score, threshold: 0.5, fired: score >= 0.5, why: name, finding })
const verdicts = [verdict('rules/R1', 0.6), verdict('rules/R4', 0.9), verdict('statistics/packets', 0.8)]
const decision = decide(targetWindow(), verdicts) as Decision
const incident: Incident = { anomalyId: 'a', openedMs: 0, decision, continues: undefined }
const rules = (...policies: PolicyStatement[]) => detectorRules(policiesAt(policies, 100))
const silence = (...policies: PolicyStatement[]) => silenceOf(incident, rules(...policies))

describe('what policies mean to detections', () => {
  test('a threshold silences what is below it, for its attack, its threat type or all', () => {
    const high = { minSeverity: decision.severity + 1 }
    expect(silenceOf(incident, NO_RULES)).toBeUndefined()
    expect(silence(say('t', {}, high))).toEqual({ reason: 'severity', policyId: 't' })
    expect(silence(say('t', {}, { minSeverity: decision.severity }))).toBeUndefined()
    expect(silence(say('t', {}, { ...high, attack: 'syn_flood' }))).toMatchObject({ reason: 'severity' })
    expect(silence(say('t', {}, { ...high, attack: 'port_scan' }))).toBeUndefined()
    expect(silence(say('t', {}, { ...high, threatType: 'dos' }))).toBeUndefined()
    expect(silence(say('t', {}, { minConfidence: 0.9999 }))).toEqual({ reason: 'confidence', policyId: 't' })
  })

  test('a whitelisted source or target is not told; a blacklisted address is, whatever the thresholds say', () => {
    const white = (address: string) => say('w', { ruleType: 'whitelist' }, { addresses: [address] })
    const black = say('b', { ruleType: 'blacklist' }, { addresses: ['10.0.0.9'] })
    const high = say('t', {}, { minSeverity: 10, minConfidence: 1 })
    expect(silence(white('10.0.0.9'))).toEqual({ reason: 'whitelist', policyId: 'w' })
    expect(silence(white('10.0.0.2'))).toMatchObject({ reason: 'whitelist' })
    expect(silence(white('10.0.0.77'))).toBeUndefined()
    expect(silence(high, black)).toBeUndefined()
    expect(silence(high, black, white('10.0.0.2'))).toMatchObject({ reason: 'whitelist' })
  })

  test('one known host among many sources does not excuse a flood', () => {
    const many: Incident = { ...incident, decision: { ...decision, finding: { ...finding, source: '' } } }
    expect(many.decision.observation).toMatchObject({ topSources: [{ address: '10.0.0.1' }] })
    expect(silenceOf(many, rules(say('w', { ruleType: 'whitelist' }, { addresses: ['10.0.0.1'] })))).toBeUndefined()
  })

  test('a flag switches off an engine, a check or an attack, and a later one switches it on again', () => {
    const off = (flag: string, enabled = false, order: readonly [number, number] = [1, 0]) => say(`${flag}-${enabled}`, { ruleType: 'feature_flag', order }, { flag, enabled })
    const names = (...policies: PolicyStatement[]) => ruledVerdicts(verdicts, rules(...policies)).map(({ name }) => name)
    expect(names(off('rules'))).toEqual(['statistics/packets'])
    expect(names(off('rules/R4'))).toEqual(['rules/R1', 'statistics/packets'])
    expect(names(off('rules'), off('rules', true, [2, 0]))).toHaveLength(3)
    expect(silence(off('attack/syn_flood'))).toMatchObject({ reason: 'switched-off' })
  })

  test('a model parameter makes a check stricter and never laxer', () => {
    const param = (model: string, value: number) => rules(say('m', { ruleType: 'model_param' }, { model, param: 'threshold', value }))
    const fired = (model: string, value: number) => ruledVerdicts(verdicts, param(model, value)).map(({ fired: hasFired }) => hasFired)
    expect(fired('rules/R1', 0.7)).toEqual([false, true, true])
    expect(fired('rules', 0.95)).toEqual([false, false, true])
    expect(ruledVerdicts([verdict('rules/R1', 0.4)], param('rules/R1', 0.1))).toMatchObject([{ fired: false, threshold: 0.5 }])
  })

  test('what a detector does not understand changes nothing and is named', () => {
    const strange = rules(say('1', {}, { minSeverity: 99 }), say('2', { ruleType: 'producer' }), say('3', { ruleData: 'no json' }), say('4', { ruleType: 'whitelist' }, { addresses: [] }))
    expect(strange).toEqual({ ...NO_RULES, notUnderstood: ['1', '2', '3', '4'] })
  })
})
