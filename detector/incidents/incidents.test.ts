import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import { bytesToHex } from '../../domain/bytes.js'
import { merkleRoot } from '../../domain/merkle.js'
import { scoreClaimJson, type ScoreClaim } from '../../domain/scoring/score-claim.js'
import { claims } from '../../domain/scoring/testing/known.js'
import type { Finding, ModelOpinion } from '../engines/engine.js'
import { decide, type Decision } from '../engines/ensemble.js'
import type { Packet } from '../sources/records.js'
import { flowRecord, packet, targetWindow } from '../testing/traffic.js'
import { communityIdOf } from './community-id.js'
import { RULESET_HASH } from './hashes.js'
import { MAX_INCIDENTS_PER_MINUTE, newIncidentBook, open, type Incident } from './incident-book.js'
import { MAX_PAYLOAD_BYTES, draftOf } from './payload.js'

let next = 0
const newId = (): string => `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`

function decision(endMs: number, more: Partial<Finding> = {}): Decision {
  const finding: Finding = { threatType: 'ddos', attack: 'syn_flood', target: '10.0.0.2', destinationPort: 80, source: '', ...more }
  return decide(targetWindow({ endMs, startMs: endMs - 1000 }), [
    { name: 'rules/R1', score: 0.9, threshold: 0.5, fired: true, why: 'many sources: 500 (limit >= 50)', finding },
    { name: 'rules/R2', score: 0.2, threshold: 0.5, fired: false, why: 'half-open connections: 3 (limit >= 100)' },
    { name: 'statistics/packets', score: 0.8, threshold: 0.5, fired: true, why: 'unusual volume' },
  ]) as Decision
}

describe('incidents', () => {
  it('one attack on one target within a minute is one incident, however many windows it fills', () => {
    const book = newIncidentBook()
    const opened = Array.from({ length: 60 }, (_, second) => open(book, decision(second * 1000), newId)).filter((incident) => incident !== undefined)
    expect(opened).toHaveLength(1)
    expect(book.merged).toBe(59)
  })

  it('an attack that outlasts the minute opens the next incident, which names the one it continues', () => {
    const book = newIncidentBook()
    const first = open(book, decision(0), newId)
    expect(open(book, decision(59_999), newId)).toBeUndefined()
    expect(open(book, decision(60_000), newId)?.continues).toBe(first?.anomalyId)
    expect(open(book, decision(500_000), newId)?.continues).toBeUndefined()
  })

  it('another target, and another kind of attack, are incidents of their own', () => {
    const book = newIncidentBook()
    const all = [decision(0), decision(0, { target: '10.0.0.3' }), decision(0, { attack: 'slow_http' }), decision(0, { attack: 'port_scan', source: '10.0.0.9' })]
    expect(all.map((one) => open(book, one, newId)).filter((incident) => incident !== undefined)).toHaveLength(4)
  })

  it('the kinds of flood on one target are one incident', () => {
    const book = newIncidentBook()
    open(book, decision(0), newId)
    expect(open(book, decision(1000, { attack: 'udp_flood' }), newId)).toBeUndefined()
  })

  it('a flood over random ports is not also a scan by the same source', () => {
    const book = newIncidentBook()
    open(book, decision(0, { source: '10.0.0.1' }), newId)
    expect(open(book, decision(1000, { attack: 'port_scan', source: '10.0.0.1' }), newId)).toBeUndefined()
    expect(open(book, decision(1000, { attack: 'port_scan', source: '10.0.0.8' }), newId)).toBeDefined()
  })

  it('a flood over a whole network does not become a flood of anomalies', () => {
    const book = newIncidentBook()
    for (let i = 0; i < MAX_INCIDENTS_PER_MINUTE + 50; i++) open(book, decision(1000, { target: `10.1.${i >> 8}.${i & 255}` }), newId)
    expect(book.refused).toBe(50)
  })
})

describe('payloads', () => {
  const draft = (of: Decision): ReturnType<typeof draftOf> => {
    const incident = open(newIncidentBook(), of, newId)
    if (incident === undefined) throw new Error('no incident')
    return draftOf(incident, { source: 'sensor-1', modelVersion: 'rules-1+statistics-1', detectedAtMs: 1_700_000_000_500 })
  }
  it('say what verdicts made of the score, and with what chance a sample was published', () => {
    const context = { source: 'sensor-1', modelVersion: 'm', detectedAtMs: 1000 }
    const incident = { ...open(newIncidentBook(), { ...decision(5000), confidence: 0.4, calibratedScore: 0.4 }, newId) as Incident, sampleShare: 0.02 }
    expect(parse(draftOf(incident, context).payload)).toMatchObject({ confidence: 0.4, calibrated_score: 0.4, decision: 'sample:0.02' })
    expect(Object.keys(parse(draft(decision(5000)).payload))).not.toEqual(expect.arrayContaining(['calibrated_score']))
    expect(Object.keys(parse(draft(decision(5000)).payload))).not.toEqual(expect.arrayContaining(['decision']))
  })

  const parse = (payload: Uint8Array): Record<string, unknown> => JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>

  it('agree with the envelope and carry the fields of the wire contract', () => {
    const made = draft(decision(5000))
    expect(parse(made.payload)).toMatchObject({
      anomaly_id: made.anomalyId, severity: made.severity, confidence: made.confidence, threat_type: made.type, model_version: made.modelVersion,
      detection_timestamp: 1_700_000_000.5, src_ip: '10.0.0.1', dst_ip: '10.0.0.2', src_port: 40_000, dst_port: 80, protocol: 'tcp',
      flow_duration: 1, total_packets: 100, total_bytes: 10_000, window: { start: 4, end: 5 }, contributing_engines: ['rules', 'statistics'], attack: 'syn_flood',
      scores: { 'rules/R1': { score: 0.9, threshold: 0.5, fired: true }, 'rules/R2': { score: 0.2, threshold: 0.5, fired: false } },
      why: ['rules/R1: many sources: 500 (limit >= 50)', 'statistics/packets: unusual volume'],
      top_sources: [{ address: '10.0.0.1', count: 100 }],
    })
    expect(Object.keys(parse(made.payload))).toEqual(expect.arrayContaining(['final_score', 'llr', 'features']))
    expect(Number.isInteger(made.severity) && made.severity >= 1 && made.severity <= 10).toBe(true)
    expect(made.confidence > 0 && made.confidence <= 1).toBe(true)
  })

  it('are canonical JSON: parsing and writing them again gives the same bytes', () => {
    const text = new TextDecoder().decode(draft(decision(5000)).payload)
    expect(canonicalJson(JSON.parse(text) as Json)).toBe(text)
  })

  it('stay within their size, whatever a model puts into its features', () => {
    const features = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`feature ${i}`, i / 7]))
    const verdicts = Array.from({ length: 100 }, (_, i) => ({
      name: `model/${i}`, score: 0.9, threshold: 0.5, fired: true, why: 'x'.repeat(5000),
      finding: { threatType: 'malware' as const, attack: 'model_finding' as const, target: '10.0.0.2', destinationPort: 0, source: '' },
    }))
    const made = draft(decide(flowRecord({ features: () => features }), verdicts) as Decision)
    expect(made.payload.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES)
    expect(parse(made.payload)).toMatchObject({ features: {}, threat_type: 'malware', omitted: { features: 5000, records: 1, verdicts: 68 } })
    expect(parse(made.payload)).toMatchObject({ records: { seen: 1, sampled: [], merkle_root: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, community_id: expect.stringMatching(/^1:/) as string })
  })

  it('carry records of the source, the root over them, ATT&CK techniques and what was normal', () => {
    const records = [packet({ timeMs: 4000.5 }), packet({ timeMs: 4001, sourcePort: 40_001, tcpFlags: 2 })]
    const observation = targetWindow({ kept: { seen: 40, records } })
    const finding: Finding = { threatType: 'ddos', attack: 'syn_flood', target: '10.0.0.2', destinationPort: 80, source: '' }
    const baseline = { feature: 'log1p_packets', observed: 4.61512, median: 1.5, deviation: 0.1, windows: 120, of: 'host' as const }
    const said = parse(draft(decide(observation, [{ name: 'rules/R1', score: 0.9, threshold: 0.5, fired: true, why: 'x', finding, baseline }]) as Decision).payload)
    const { sampled, merkle_root: root, seen } = said['records'] as { sampled: Json[]; merkle_root: string; seen: number }
    expect([sampled.length, seen]).toEqual([2, 40])
    expect(sampled[1]).toEqual({
      kind: 'packet', time: 4.001, src_ip: '10.0.0.1', src_port: 40_001, dst_ip: '10.0.0.2', dst_port: 80, protocol: 'tcp', ip_bytes: 40, tcp_flags: 2,
      community_id: communityIdOf(records[1] as Packet),
    })
    expect(root).toBe(bytesToHex(merkleRoot(sampled.map((record) => new TextEncoder().encode(canonicalJson(record))))))
    expect(said).toMatchObject({ community_id: communityIdOf(records[0] as Packet), attack_techniques: ['T1498.001', 'T1499.001'], baselines: [baseline], ruleset_hash: RULESET_HASH })
    expect(said['omitted']).toBeUndefined()
  })

  it('carry the claim of a score word for word, and leave it out last', () => {
    const [claim] = claims as [ScoreClaim]
    const opened = open(newIncidentBook(), decision(5000), newId)
    if (opened === undefined) throw new Error('no incident')
    const said = parse(draftOf({ ...opened, scoreClaim: claim }, { source: 's', modelVersion: 'm', detectedAtMs: 0 }).payload)
    expect(said).toMatchObject({ model_hash: claim.modelHash, score_claim: scoreClaimJson(claim) })
    const features = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`feature ${i}`, i / 7]))
    const large: Incident = { ...opened, decision: { ...opened.decision, observation: flowRecord({ features: () => features }) }, scoreClaim: claim }
    expect(parse(draftOf(large, { source: 's', modelVersion: 'm', detectedAtMs: 0 }).payload)).toMatchObject({ features: {}, score_claim: scoreClaimJson(claim), omitted: { features: 5000 } })
  })

  it('carry what models make of the worst flow, in canonical form, and leave it out before the claim of a score', () => {
    const opened = open(newIncidentBook(), decision(5000), newId)
    if (opened === undefined) throw new Error('no incident')
    const opinions = [{ model: 'ddos-flow', modelHash: 'ab'.repeat(32), margin: -1.23456789, crossed: false, domain: 'outside' as const, pValues: { benign: 1 / 3, attack: 0.001 } }]
    const made = draftOf({ ...opened, opinions }, { source: 's', modelVersion: 'm', detectedAtMs: 0 }).payload
    expect(parse(made)).toMatchObject({ model_opinions: [{ model: 'ddos-flow', model_hash: 'ab'.repeat(32), margin: -1.234568, crossed: false, domain: 'outside', p_benign: 0.333333, p_attack: 0.001 }] })
    expect(canonicalJson(JSON.parse(new TextDecoder().decode(made)) as Json)).toBe(new TextDecoder().decode(made))
    const [claim] = claims as [ScoreClaim]
    const many = Array.from({ length: 8 }, () => ({ ...opinions[0] as ModelOpinion, model: 'x'.repeat(8000) }))
    const large = draftOf({ ...opened, opinions: many, scoreClaim: claim }, { source: 's', modelVersion: 'm', detectedAtMs: 0 }).payload
    expect(large.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES)
    expect(parse(large)).toMatchObject({ score_claim: scoreClaimJson(claim), omitted: { model_opinions: 8 } })
    expect(parse(large)['model_opinions']).toBeUndefined()
  })
})
