import { describe, expect, test } from 'vitest'
import { asHeight } from '../../domain/ids.js'
import { policyOf, type PolicySpec } from '../../domain/policy/testing/policies.js'
import { card, claimNumber } from '../../domain/scoring/testing/scored.js'
import type { EngineVerdict, Finding } from '../engines/engine.js'
import { decide, type Decision } from '../engines/ensemble.js'
import type { Incident } from '../incidents/incident-book.js'
import { targetWindow } from '../testing/traffic.js'
import { ruledVerdicts, silenceOf, toldOf } from './apply-rules.js'
import { detectorRules, NO_RULES } from './detector-rules.js'

const finding: Finding = { threatType: 'ddos', attack: 'syn_flood', target: '10.0.0.2', destinationPort: 80, source: '10.0.0.9' }
const verdict = (name: string, score: number): EngineVerdict => ({ name, score, threshold: 0.5, fired: score >= 0.5, why: name, finding })
const verdicts = [verdict('rules/R1', 0.6), verdict('rules/R4', 0.9), verdict('statistics/packets', 0.8)]
const decision: Decision = { ...decide(targetWindow(), verdicts) as Decision, confidence: 0.9, severity: 7 }
const incident: Incident = { anomalyId: 'a', openedMs: 0, decision, continues: undefined }
const rulesAt = (height: number, ...specs: PolicySpec[]) => detectorRules(specs.map((spec, n) => policyOf(n, { from: 1, ...spec })), asHeight(height))
const rules = (...specs: PolicySpec[]) => rulesAt(10, ...specs)
const silence = (...specs: PolicySpec[]) => silenceOf(incident, rules(...specs))?.reason
const threshold = (kind: string, value: number, more: PolicySpec = {}): PolicySpec => ({ rule: 'threshold', subject: { kind, value }, ...more })
const list = (rule: 'whitelist' | 'blacklist', ...addresses: string[]): PolicySpec => ({ action: 'add', rule, subject: { addresses } })

describe('what policies mean to detections', () => {
  test('nothing without policies, and only between their heights', () => {
    expect(silenceOf(incident, NO_RULES)).toBeUndefined()
    expect(rulesAt(10)).toBe(NO_RULES)
    const one = threshold('severity', 8, { from: 5, until: 9 })
    expect([4, 5, 8, 9].map((height) => silenceOf(incident, rulesAt(height, one))?.reason)).toEqual([undefined, 'severity', 'severity', undefined])
  })

  test('a threshold silences what is below it: severity for all, confidence for an attack or a threat type', () => {
    expect(silence(threshold('severity', 7))).toBeUndefined()
    expect(silence(threshold('severity', 8))).toBe('severity')
    expect(silence(threshold('syn_flood', 0.95))).toBe('confidence')
    expect(silence(threshold('ddos', 0.95))).toBe('confidence')
    expect(silence(threshold('ddos_confidence', 0.95))).toBe('confidence')
    expect(silence(threshold('ddos', 0.9))).toBeUndefined()
    expect(silence(threshold('port_scan', 0.95))).toBeUndefined()
  })

  test('a whitelisted source or target is not told; a blacklisted address is, whatever the thresholds say', () => {
    expect(silence(list('whitelist', '10.0.0.9'))).toBe('whitelist')
    expect(silence(list('whitelist', '10.0.0.2'))).toBe('whitelist')
    expect(silence(list('whitelist', '10.0.0.0/30'))).toBe('whitelist')
    expect(silence(list('whitelist', '10.0.0.77', '2001:db8::/32'))).toBeUndefined()
    expect(silence(threshold('severity', 10), list('blacklist', '10.0.0.0/28'))).toBeUndefined()
    expect(silence(threshold('severity', 10), list('blacklist', '10.0.0.9'), list('whitelist', '10.0.0.2'))).toBe('whitelist')
    expect(silence(list('whitelist', '10.0.0.9'), { ...list('whitelist', '10.0.0.9'), action: 'remove' })).toBeUndefined()
  })

  test('an address that is none holds nobody, and so does a prefix that is too long', () => {
    expect(rules(list('whitelist', '999.0.0.1', '10.0.0.0/99', 'abc')).whitelist.size).toBe(0)
  })

  test('one known host among many sources does not excuse a flood', () => {
    const many: Incident = { ...incident, decision: { ...decision, finding: { ...finding, source: '' } } }
    expect(many.decision.observation).toMatchObject({ topSources: [{ address: '10.0.0.1' }] })
    expect(silenceOf(many, rules(list('whitelist', '10.0.0.1')))).toBeUndefined()
  })

  test('a flag switches off an engine, a check or an attack, and a later one switches it on again', () => {
    const off = (flag: string): PolicySpec => ({ action: 'disable', rule: 'feature_flag', subject: { flag } })
    const names = (...specs: PolicySpec[]) => ruledVerdicts(verdicts, rules(...specs)).map(({ name }) => name)
    expect(names(off('rules'))).toEqual(['statistics/packets'])
    expect(names(off('rules.R4'))).toEqual(['rules/R1', 'statistics/packets'])
    expect(names(off('rules'), { ...off('rules'), action: 'enable' })).toHaveLength(3)
    expect(silence(off('attack.syn_flood'))).toBe('switched-off')
    expect(silence(off('attack.port_scan'))).toBeUndefined()
  })

  test('a model parameter makes a check stricter and never laxer', () => {
    const param = (model: string, value: number) => rules({ rule: 'model_param', subject: { model, param: 'threshold', value } })
    const fired = (model: string, value: number) => ruledVerdicts(verdicts, param(model, value)).map(({ fired: hasFired }) => hasFired)
    expect(fired('rules/R1', 0.7)).toEqual([false, true, true])
    expect(fired('rules', 0.95)).toEqual([false, false, true])
    expect(ruledVerdicts([verdict('rules/R1', 0.4)], param('rules/R1', 0.1))).toMatchObject([{ fired: false, threshold: 0.5 }])
  })
})

describe('a calibration that policies set', () => {
  const param = (name: string, value: string | number): PolicySpec => ({ rule: 'model_param', subject: { model: 'ensemble', param: name, value } })
  const curve = param('calibration', '0.5:0.1,1:0.6')
  const told = (drawn: number, ...specs: PolicySpec[]) => toldOf({ ...incident, decision: { ...decision, finalScore: 0.9 } }, rules(...specs), () => drawn)

  test('makes the confidence what verdicts taught, and thresholds ask for that', () => {
    expect(told(1, curve)).toMatchObject({ kind: 'told', incident: { decision: { confidence: 0.5, calibratedScore: 0.5, finalScore: 0.9 } } })
    expect(told(1, curve, threshold('any', 0.5)).kind).toBe('told')
    expect(told(1, curve, threshold('any', 0.51))).toEqual({ kind: 'silenced', reason: 'confidence' })
    expect(told(1, threshold('any', 0.51))).toMatchObject({ kind: 'told', incident: { decision: { confidence: 0.9 } } })
  })
  test('that nobody can read changes nothing', () => {
    expect(told(1, param('calibration', '0.5:0.9,1:0.1'))).toEqual({ kind: 'told', incident: { ...incident, decision: { ...decision, finalScore: 0.9 } } })
  })
  test('lets the lot publish a known share of what is held back, and says the share', () => {
    const held = [curve, threshold('any', 0.8), param('sample_share', 0.02)]
    expect(told(0.0199, ...held)).toMatchObject({ kind: 'told', incident: { sampleShare: 0.02 } })
    expect(told(0.02, ...held)).toEqual({ kind: 'silenced', reason: 'confidence' })
    expect(told(0.06, curve, threshold('any', 0.8), param('sample_share', 1)).kind).toBe('silenced')
    expect(told(0, curve, threshold('severity', 9), param('sample_share', 0.02))).toEqual({ kind: 'silenced', reason: 'severity' })
  })

  test('a claim of a score is left out where the network would refuse it, and the anomaly is told', () => {
    const scoreClaim = claimNumber(1)
    const told = (...specs: PolicySpec[]) => {
      const said = toldOf({ ...incident, scoreClaim }, rules(...specs), () => 1)
      return said.kind === 'told' ? said.incident.scoreClaim : said.kind
    }
    const register: PolicySpec = { action: 'add', rule: 'model', subject: card }
    const close: PolicySpec = { action: 'update', rule: 'model', subject: { registry: 'closed' } }
    const retire: PolicySpec = { action: 'remove', rule: 'model', subject: { modelHash: card.modelHash } }
    expect([told(), told(register), told(register, close), told(close), told(register, retire)]).toEqual([scoreClaim, scoreClaim, scoreClaim, undefined, undefined])
  })
})
