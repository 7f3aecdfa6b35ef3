import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import type { Finding } from '../engines/engine.js'
import { decide, type Decision } from '../engines/ensemble.js'
import { flowRecord, targetWindow } from '../testing/traffic.js'
import { MAX_INCIDENTS_PER_MINUTE, newIncidentBook, open } from './incident-book.js'
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
    expect(parse(made.payload)).toMatchObject({ features: {}, threat_type: 'malware' })
  })
})
