import { describe, expect, it } from 'vitest'
import { FLOW_FEATURE_NAMES, FLOW_FEATURES_SHA256 } from '../../../domain/models/flow-features.js'
import { modelOf } from '../../../domain/models/build-model.js'
import type { Height } from '../../../domain/ids.js'
import { policyId, policyOf } from '../../../domain/policy/testing/policies.js'
import type { ModelStage } from '../../../domain/scoring/registry.js'
import { detectorRules } from '../../policy/detector-rules.js'
import { openShipped } from '../../models/shipped.js'
import type { LoadedModel } from '../../models/model-folder.js'
import type { FlowRecord } from '../../sources/records.js'
import { flowRecord } from '../../testing/traffic.js'
import { decide } from '../ensemble.js'
import { BATCH, domainWatch, stabilityIndex } from './domain-watch.js'
import { modelEngine } from './model-engine.js'
import { CANARY_SHARE } from './stages.js'

/** Alarms above three forward packets; trained where flows had one to ten. */
function loaded(more: Partial<LoadedModel['card']> = {}, folder: Partial<LoadedModel> = {}): LoadedModel {
  const at = FLOW_FEATURE_NAMES.indexOf('forward_packets')
  const model = modelOf(FLOW_FEATURE_NAMES, { kind: 'sigmoid', slope: 1 }, [
    { feature: [at, -1, -1], value: [100, -2, 2], left: [1, 0, 0], right: [2, 0, 0], missing: [0, 0, 0], rows: [100, 90, 10] },
  ], String)
  const card = { ...openShipped('ddos-flow').card, threshold: { margin: 0, falsePositiveRate: 0.01, calibratedOn: 'x' }, domain: { forward_packets: { edges: [3, 6], shares: [0.3, 0.3, 0.4] } }, ...more }
  return { folder: 'x', card, model, modelHash: 'ab'.repeat(32), publisher: '', onnx: undefined, conformal: undefined, ...folder }
}

const flow = (forwardPackets: number): FlowRecord => flowRecord({ forwardPackets, forwardBytes: forwardPackets * 60, byteLayer: 'ip', protocol: 17 })
/** Three of ten flows of 1 to 3 packets, three of 4 to 6, four of 7 to 10: as in training. */
const ownTraffic = (count: number): FlowRecord[] => Array.from({ length: count }, (_, i) => flow(i % 10 + 1))

describe('trained models in shadow', () => {
  it('never bring a finding, so that no decision is made, and none is made stronger by one alone', () => {
    const engine = modelEngine([loaded()])
    for (const record of ownTraffic(BATCH)) engine.learn?.(record, false)
    const verdicts = engine.judge(flow(500))
    expect(verdicts).toMatchObject([{ name: 'models/ddos-flow', fired: true }])
    expect(verdicts.some((verdict) => verdict.finding !== undefined)).toBe(false)
    expect(decide(flow(500), verdicts)).toBeUndefined()
  })

  it('abstain before their first full batch, and say so', () => {
    const engine = modelEngine([loaded()])
    for (const record of ownTraffic(BATCH - 1)) engine.learn?.(record, false)
    expect(engine.judge(flow(500))).toMatchObject([{ fired: false, why: expect.stringContaining('abstains, this traffic is not known yet') }])
    expect(engine.counts()).toMatchObject([{ domain: 'unknown', batches: 0 }])
  })

  it('abstain where the flows below the threshold are unlike those of training', () => {
    const engine = modelEngine([loaded()])
    for (let i = 0; i < BATCH; i++) engine.learn?.(flow(90), false)
    expect(engine.judge(flow(500))).toMatchObject([{ fired: false, why: expect.stringContaining('unlike what it was trained on') }])
    for (const record of ownTraffic(BATCH)) engine.learn?.(record, false)
    expect(engine.judge(flow(500))).toMatchObject([{ fired: true }])
    expect(engine.counts()).toMatchObject([{ domain: 'inside', batches: 2, batchesOutside: 1 }])
  })

  it('are not made to abstain by the attack that they see', () => {
    const engine = modelEngine([loaded()])
    for (const record of ownTraffic(BATCH)) engine.learn?.(record, false)
    for (let i = 0; i < 10 * BATCH; i++) engine.learn?.(flow(500), false)
    expect(engine.counts()).toMatchObject([{ judged: 11 * BATCH, crossed: 10 * BATCH, fired: 10 * BATCH, domain: 'inside', batches: 1 }])
  })

  it('do not judge a TCP flow whose source says nothing of flags, and count it', () => {
    const engine = modelEngine([loaded()])
    const silent: FlowRecord = { ...flow(500), protocol: 6, tcpFlags: undefined }
    expect(engine.judge(silent)).toEqual([])
    engine.learn?.(silent, false)
    expect(engine.counts()).toMatchObject([{ unfilled: 1, judged: 0 }])
  })

  it('name themselves and the hash of their files in the version', () => {
    expect(modelEngine([loaded()]).version).toBe('models-ddos-flow@abababab')
  })
})

describe('trained models that the chain speaks of', () => {
  const target = (n: number): string => `10.1.${n >> 8}.${n & 255}`
  /** In domain, and at that stage. */
  function at(stage: ModelStage | undefined, models = [loaded()]) {
    const engine = modelEngine(models, () => stage)
    for (const record of ownTraffic(BATCH)) engine.learn?.(record, false)
    return engine
  }
  const decided = (engine: ReturnType<typeof modelEngine>, destination: string) => {
    const record = { ...flow(500), destination }
    return decide(record, engine.judge(record))
  }

  it('decide for every host when active, with what they look for', () => {
    expect(decided(at('active'), target(1))).toMatchObject({ finding: { threatType: 'ddos', attack: 'model_finding', target: target(1) } })
    expect(decided(at('shadow'), target(1))).toBeUndefined()
    expect(decided(at(undefined), target(1))).toBeUndefined()
  })

  it('decide as a canary for a tenth of the hosts, the same ones each time', () => {
    const [one, other] = [at('canary'), at('canary')]
    const hosts = Array.from({ length: 2000 }, (_, n) => target(n)).filter((host) => decided(one, host) !== undefined)
    expect(Math.abs(hosts.length / 2000 - CANARY_SHARE)).toBeLessThan(0.03)
    expect(hosts.every((host) => decided(other, host) !== undefined)).toBe(true)
  })

  it('are not asked when retired', () => { expect(at('retired').judge(flow(500))).toEqual([]) })

  it('still abstain out of domain when active', () => {
    const engine = modelEngine([loaded()], () => 'active')
    for (let i = 0; i < BATCH; i++) engine.learn?.(flow(90), false)
    expect(decided(engine, target(1))).toBeUndefined()
  })

  it('weigh nothing in shadow beside one that is active', () => {
    const [active, shadow] = [loaded(), loaded({ name: 'louder' }, { modelHash: 'cd'.repeat(32), model: { ...loaded().model, link: { kind: 'sigmoid', slope: 5 } } })]
    const engine = (models: readonly LoadedModel[]) => {
      const made = modelEngine(models, (hash) => (hash === active.modelHash ? 'active' : 'shadow'))
      for (const record of ownTraffic(BATCH)) made.learn?.(record, false)
      return made
    }
    const [alone, beside] = [decided(engine([active]), target(1)), decided(engine([active, shadow]), target(1))]
    expect(beside?.verdicts.filter(({ fired }) => fired)).toHaveLength(2)
    expect([beside?.finalScore, beside?.severity]).toEqual([alone?.finalScore, alone?.severity])
  })

  it('follow policies from height to height, and back when the policy is rolled back', () => {
    const { modelHash } = loaded()
    const subject = { modelHash, kind: 'lightgbm', featureSchema: FLOW_FEATURES_SHA256, goldenResult: 'ef'.repeat(32), metrics: {} }
    const policies = [
      policyOf(1, { rule: 'model', action: 'add', from: 2, subject: { ...subject, stage: 'shadow' } }),
      policyOf(2, { rule: 'model', subject: { modelHash, stage: 'canary' }, from: 4 }), policyOf(3, { rule: 'model', subject: { modelHash, stage: 'active' }, from: 6 }),
      policyOf(4, { rule: 'model', action: 'remove', from: 8, rollbackOf: policyId(3), subject: {} }),
    ]
    let height = 1
    const engine = modelEngine([loaded()], (hash) => detectorRules(policies, height as Height).registry.models.get(hash)?.stage)
    for (const record of ownTraffic(BATCH)) engine.learn?.(record, false)
    const told = [1, 2, 4, 6, 8].map((now) => {
      height = now
      return [engine.counts()[0]?.stage, Array.from({ length: 50 }, (_, n) => decided(engine, target(n))).filter((one) => one !== undefined).length] as const
    })
    expect(told.map(([stage]) => stage)).toEqual(['shadow', 'shadow', 'canary', 'active', 'canary'])
    expect(told.map(([, decisions]) => decisions)).toEqual([0, 0, told[4]?.[1], 50, expect.any(Number)])
    expect(told[2]?.[1]).toBeLessThan(20)
  })
})

describe('what models make of the flows towards a host', () => {
  const conformal = { benign: [-2, -2, -2], attack: [2, 2, 2] }

  it('is told of the worst one of the last minute, with p-values where the folder has a table', () => {
    const engine = modelEngine([loaded({}, { conformal }), loaded({ name: 'without' }, { modelHash: 'cd'.repeat(32) })])
    for (const record of [flow(1), flow(500), flow(2)]) engine.learn?.(record, false)
    const { destination, endMs } = flow(500)
    const [first, second] = engine.opinionsOn?.(destination, endMs) ?? []
    expect(first).toMatchObject({ model: 'ddos-flow', margin: 2, crossed: true, domain: 'unknown' })
    expect(first?.pValues?.benign).toBeLessThanOrEqual(1 / 4)
    expect(first?.pValues?.attack).toBeLessThanOrEqual(1)
    expect(second).not.toHaveProperty('pValues')
    expect(engine.opinionsOn?.(destination, endMs + 60_001)).toEqual([])
    expect(engine.opinionsOn?.('203.0.113.9', endMs)).toEqual([])
  })
})

describe('population stability', () => {
  it('is 0 for the same shares and ln 2 scaled for half and double', () => {
    expect(stabilityIndex([0.5, 0.5], Float64Array.of(50, 50), 100)).toBe(0)
    expect(stabilityIndex([0.5, 0.5], Float64Array.of(25, 75), 100)).toBeCloseTo(0.25 * Math.log(2) + 0.25 * Math.log(1.5), 12)
  })

  it('stays finite where a bin is empty on one side', () => {
    expect(stabilityIndex([0, 1], Float64Array.of(100, 0), 100)).toBeGreaterThan(10)
    expect(stabilityIndex([0, 1], Float64Array.of(100, 0), 100)).toBeLessThan(20)
  })

  it('asks for more than a fifth of the features to have moved', () => {
    const one = { edges: [0], shares: [0.5, 0.5] }
    const names = FLOW_FEATURE_NAMES.slice(0, 10)
    const watch = domainWatch(Object.fromEntries(names.map((name) => [name, one])))
    const batch = (moved: number): void => {
      for (let i = 0; i < BATCH; i++) watch.observe(Float64Array.from(FLOW_FEATURE_NAMES, (_, at) => (at < moved ? 1 : i % 2)))
    }
    batch(2)
    expect([watch.state(), watch.moved().length]).toEqual(['inside', 2])
    batch(3)
    expect([watch.state(), watch.moved().length]).toEqual(['outside', 3])
  })
})
