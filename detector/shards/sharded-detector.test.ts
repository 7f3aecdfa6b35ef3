import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultEngines } from '../engines/default-engines.js'
import { modelEngine } from '../engines/models/model-engine.js'
import type { Incident } from '../incidents/incident-book.js'
import { draftOf, type AnomalyDraft } from '../incidents/payload.js'
import { openAllShipped } from '../models/shipped.js'
import { runPipeline, type PipelineOptions } from '../pipeline.js'
import { provenanceFor } from '../sources/provenance.js'
import { ACK, FIN, SYN, UDP, type SourceItem } from '../sources/records.js'
import { answer, flowRecord, packet } from '../testing/traffic.js'
import { startCrew } from './crew.js'
import type { Batch } from './batch.js'
import { openDetector, type OpenDetector } from './open-detector.js'
import { BATCH_RECORDS } from './sharded-detector.js'

const LAB = join(import.meta.dirname, '../samples/lab.pcap')
const ids = (): (() => string) => { let next = 0; return () => `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}` }
const text = ({ payload }: AnomalyDraft): string => new TextDecoder().decode(payload)

/** What a run publishes, byte for byte, and what it counted. */
async function runOf(more: Partial<PipelineOptions>): Promise<unknown> {
  const drafts: AnomalyDraft[] = []
  const stats = await runPipeline({ source: LAB, replay: { mode: 'asap' }, newId: ids(), publish: (draft) => Promise.resolve(void drafts.push(draft)), ...more })
  expect(drafts.length).toBeGreaterThan(0)
  return { stats, found: drafts.map((draft) => ({ ...draft, payload: text(draft) })) }
}

describe('a detector with workers', () => {
  it('finds in the bundled capture what one thread finds, with the same counts', async () => {
    const alone = await runOf({})
    for (const workers of [2, 3, 4]) expect(await runOf({ workers })).toEqual(alone)
  })

  it('shows the trained models the same flows', async () => {
    const [alone, together] = [modelEngine(openAllShipped()), modelEngine(openAllShipped())]
    expect(await runOf({ engines: [...defaultEngines(), together], workers: 2 })).toEqual(await runOf({ engines: [...defaultEngines(), alone] }))
    expect(together.counts()).toEqual(alone.counts())
    expect(alone.counts()[0]?.judged).toBeGreaterThan(0)
  })

  const open: OpenDetector[] = []
  afterAll(async () => { await Promise.all(open.map((detector) => detector.close())) })
  /** They go on through all drawn recordings, as in a loop: so what engines learn from one to the next is the same too. */
  const detectors = (isPaced: boolean): OpenDetector[] => {
    const made = [1, 2, 3, 4].map((workers) => openDetector({ engines: defaultEngines(), newId: ids(), workers, isPaced }))
    open.push(...made)
    return made
  }

  for (const isPaced of [false, true]) {
    it(`finds what one thread finds in any traffic, with any number of workers${isPaced ? ', as it happens' : ''}`, async () => {
      const all = detectors(isPaced)
      let found = 0
      await fc.assert(fc.asyncProperty(recording, async (items) => {
        const [alone, ...others] = await Promise.all(all.map((detector) => outcome(detector, items)))
        for (const other of others) expect(other).toEqual(alone)
        found += alone?.found.length ?? 0
      }), { numRuns: 25, endOnFailure: true })
      // Recordings in which nothing is found would be equal too.
      expect(found).toBeGreaterThan(25)
    }, 300_000)
  }

  it('waits for its workers once it has read nine batches', async () => {
    const detector = openDetector({ engines: defaultEngines(), newId: ids(), workers: 2 })
    let read = 0
    let waits: unknown
    while (!(waits instanceof Promise) && read < 20 * BATCH_RECORDS) waits = detector.accept(packet({ timeMs: read++ }))
    expect(read).toBe(9 * BATCH_RECORDS)
    await waits
    await detector.close()
  })

  it('says what a second shows when the next one begins, where records come as they happen', async () => {
    const detector = openDetector({ engines: defaultEngines(), newId: ids(), workers: 3, isPaced: true })
    for (const item of flood(1000, 5, 300)) await detector.accept(item)
    expect(await detector.accept({ kind: 'tick', timeMs: 2000 })).toHaveLength(1)
    await detector.close()
  })

  it('ends the run with a typed error where a worker fails, and stops the others', async () => {
    async function* broken(): AsyncGenerator<SourceItem> {
      for (const item of flood(1000, 5, 300)) yield await Promise.resolve(item)
      yield packet({ timeMs: 1500, source: undefined as never })
    }
    await expect(runOf({ source: () => Promise.resolve(broken()), workers: 3 })).rejects.toMatchObject({ name: 'ShardError', code: 'WORKER_FAILED' })
  })

  it('answers nothing more after a worker failed', async () => {
    const crew = startCrew({ workers: 2, keepsFlows: false })
    await expect(crew.count({} as Batch)).rejects.toMatchObject({ code: 'WORKER_FAILED' })
    await expect(crew.count({ numbers: new Float64Array(0), addresses: [], provenances: [], ends: false })).rejects.toMatchObject({ code: 'WORKER_FAILED' })
    await crew.close()
  })

  it('refuses an engine for which workers would leave out windows', () => {
    const other = { name: 'other', version: 'other-1', watches: ['target-window'] as const, judge: () => [] }
    expect(() => openDetector({ engines: [other], newId: ids(), workers: 2 })).toThrow('engines: other looks at windows')
  })
})

/** What a detector makes of a recording: incidents as they would be published, in order, and its counts after it. */
async function outcome(detector: OpenDetector, items: readonly SourceItem[]): Promise<{ readonly found: readonly unknown[]; readonly counts: unknown }> {
  const incidents: Incident[] = []
  for (const item of items) incidents.push(...await detector.accept(item))
  incidents.push(...await detector.finish())
  return {
    found: incidents.map((incident) => ({ openedMs: incident.openedMs, ...JSON.parse(text(draftOf(incident, { source: 'test', modelVersion: detector.modelVersion, detectedAtMs: 0 }))) as object })),
    counts: structuredClone(detector.counts),
  }
}

const host = (n: number): string => `10.0.0.${n}`
const times = <T>(count: number, item: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => item(i))

const flood = (startMs: number, target: number, count: number): SourceItem[] =>
  times(count, (i) => packet({ timeMs: startMs + i, source: `172.16.${i % 90}.7`, sourcePort: 1024 + i, destination: host(target), tcpFlags: SYN }))
const udpFlood = (startMs: number, target: number, count: number): SourceItem[] =>
  times(count, (i) => packet({ timeMs: startMs + i, protocol: UDP, source: `172.17.${i % 70}.9`, sourcePort: i, destination: host(target), fragment: i % 2 === 0 ? 'later' : 'whole' }))
const scan = (startMs: number, target: number, count: number): SourceItem[] => times(count, (i) => {
  const syn = packet({ timeMs: startMs + 40 * i, source: '172.18.0.7', destination: host(target), destinationPort: i + 1, tcpFlags: SYN })
  return [syn, answer(syn, { timeMs: startMs + 40 * i + 1, tcpFlags: SYN | ACK })]
}).flat()
const talk = (startMs: number, target: number, count: number): SourceItem[] => times(count, (i) => {
  const ask = packet({ timeMs: startMs + 90 * i, source: host(200 - target), sourcePort: 5000 + (i % 7), destination: host(target), tcpFlags: i % 7 === 0 ? SYN : ACK, payloadBytes: i, ipBytes: 40 + i })
  return [ask, answer(ask, { timeMs: startMs + 90 * i + 2, tcpFlags: i % 11 === 0 ? FIN | ACK : ACK, payloadBytes: 10 })]
}).flat()

const origins = [provenanceFor('zeek', 'conn.log'), provenanceFor('eve', 'eve.json')]
const guesses = (startMs: number, target: number, count: number): SourceItem[] => times(count, (i) => flowRecord({
  startMs: startMs + 100 * i, endMs: startMs + 100 * i + 300, source: '172.19.0.7', sourcePort: 3000 + i, destination: host(target), destinationPort: 22,
  forwardBytes: 900, tcpFlags: SYN | ACK, provenance: origins[i % 2]?.('ip', { sensor: `s${i % 3}` }),
}))
const slow = (startMs: number, target: number, count: number): SourceItem[] => times(count, (i) => flowRecord({
  startMs: startMs + i, endMs: startMs + 60_000, source: `172.20.0.${i % 5}`, sourcePort: 4000 + i, destination: host(target), forwardBytes: 100, backwardBytes: 0,
  forwardPayloadBytes: 100, backwardPayloadBytes: 0, provenance: i % 3 === 0 ? undefined : origins[0]?.('payload'),
}))
const silence = (startMs: number): SourceItem[] => times(9, (i) => ({ kind: 'tick', timeMs: startMs + 1000 * i }))
const leftOut = (): SourceItem[] => [{ kind: 'skipped', reason: 'bad-number', field: 'Flow Duration' }, { kind: 'notice', code: 'TRUNCATED_CAPTURE', byteOffset: 7, message: 'cut' }]

const part = fc.record({
  make: fc.constantFrom(flood, udpFlood, scan, talk, guesses, slow, silence, leftOut),
  // Parts overlap, come late, and now and then step so far back that a new recording begins.
  startMs: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 30_000 }) }, { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 400_000 }) }),
  target: fc.integer({ min: 1, max: 9 }), count: fc.integer({ min: 1, max: 330 }),
})
const timeOf = (item: SourceItem): number => (item.kind === 'flow' ? item.startMs : 'timeMs' in item ? item.timeMs : 0)
const recording = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 7 }), inOrder: fc.boolean() }).map(({ parts, inOrder }) => {
  const items = parts.flatMap(({ make, startMs, target, count }) => make(startMs, target, count))
  return inOrder ? items.sort((a, b) => timeOf(a) - timeOf(b)) : items
})
