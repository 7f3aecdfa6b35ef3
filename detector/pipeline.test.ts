import { describe, expect, it } from 'vitest'
import { isUuid } from '../domain/ids.js'
import type { AnomalyDraft } from './incidents/payload.js'
import { runPipeline, type PipelineOptions, type PipelineStats } from './pipeline.js'
import { SYN, type SourceItem } from './sources/records.js'
import { packet } from './testing/traffic.js'

/** Four calm seconds, with a SYN flood from a hundred sources in the second one. */
async function* recording(): AsyncGenerator<SourceItem> {
  yield await Promise.resolve(packet({ timeMs: 500 }))
  for (let i = 0; i < 300; i++) yield packet({ timeMs: 1000 + i, source: `10.1.0.${i % 100}`, sourcePort: i, tcpFlags: SYN })
  yield { kind: 'skipped', reason: 'cut-header' }
  yield packet({ timeMs: 2500 })
  yield packet({ timeMs: 4000 })
}

async function run(more: Partial<PipelineOptions> = {}): Promise<{ drafts: AnomalyDraft[]; stats: PipelineStats }> {
  const drafts: AnomalyDraft[] = []
  const stats = await runPipeline({
    source: () => Promise.resolve(recording()), replay: { mode: 'asap' },
    publish: (draft) => { drafts.push(draft); return Promise.resolve() }, ...more,
  })
  return { drafts, stats }
}

describe('the pipeline', () => {
  it('publishes one anomaly for the attack, with capture time and a version 4 identifier', async () => {
    const { drafts, stats } = await run()
    expect(drafts).toMatchObject([{ type: 'ddos', source: 'cybermesh-detector', detectedAtMs: 2000, modelVersion: 'rules-1+statistics-1' }])
    expect(isUuid(drafts[0]?.anomalyId ?? '') && drafts[0]?.anomalyId[14] === '4').toBe(true)
    expect(stats).toMatchObject({ packets: 303, published: 1, iterations: 1, undecodable: 1, detections: { ddos: 1 }, skipped: { 'cut-header': 1 } })
    expect(stats.windows).toBeGreaterThan(0)
    expect(stats.flows).toBeGreaterThan(0)
  })

  it('gives the same anomalies for the same recording and identifiers', async () => {
    const once = (): Promise<{ drafts: AnomalyDraft[] }> => run({ newId: () => '00000000-0000-4000-8000-000000000000' })
    expect((await once()).drafts).toEqual((await once()).drafts)
  })

  it('each iteration of a loop gives new incidents with new identifiers', async () => {
    const stop = new AbortController()
    const drafts: AnomalyDraft[] = []
    await runPipeline({
      source: () => Promise.resolve(recording()), replay: { mode: 'asap', loop: true }, signal: stop.signal,
      publish: (draft) => {
        if (drafts.push(draft) === 3) stop.abort()
        return Promise.resolve()
      },
    })
    expect(new Set(drafts.map((draft) => draft.anomalyId)).size).toBe(3)
  })

  it('publishes what it found again and again as new anomalies of the present, and reads the source once', async () => {
    const stop = new AbortController()
    const drafts: AnomalyDraft[] = []
    let opened = 0
    const stats = await runPipeline({
      source: () => Promise.resolve((opened += 1, recording())), replay: { mode: 'findings' }, signal: stop.signal, nowMs: () => 1_800_000_000_000,
      publish: (draft) => {
        if (drafts.push(draft) === 5) stop.abort()
        return Promise.resolve()
      },
    })
    expect([opened, drafts.length, stats.published]).toEqual([1, 5, 5])
    expect(new Set(drafts.map(({ anomalyId }) => anomalyId)).size).toBe(5)
    for (const { type, payload, anomalyId, detectedAtMs } of drafts) {
      expect([type, detectedAtMs]).toEqual(['ddos', 1_800_000_000_000])
      expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ anomaly_id: anomalyId, detection_timestamp: 1_800_000_000 })
    }
  })

  it('ends where a recording that is to be repeated shows nothing', async () => {
    const { drafts } = await run({ source: () => Promise.resolve((async function* () { yield await Promise.resolve(packet({ timeMs: 500 })) })()), replay: { mode: 'findings' } })
    expect(drafts).toEqual([])
  })

  it('leaves out the first part of the recording once, where it is shifted', async () => {
    const stop = new AbortController()
    const read: number[] = []
    await run({
      // The flood is over in the last hundredth of the recording, and there again in the second iteration.
      shift: 0.99, replay: { mode: 'own-pace', loop: true, speed: 1000 }, signal: stop.signal,
      onStats: ({ iterations, packets }) => { read[iterations] = packets },
      nowMs: (() => { let now = 0; return () => (now += 1000) })(),
      publish: () => { stop.abort(); return Promise.resolve() },
    })
    expect(read[0]).toBeLessThan(5)
    expect(read[1]).toBeGreaterThan(300)
  })

  it('reads nothing more while a publication is awaited', async () => {
    let read = 0
    let readWhilePublishing = 0
    async function* counted(): AsyncGenerator<SourceItem> {
      for await (const item of recording()) { read += 1; yield item }
    }
    await run({
      source: () => Promise.resolve(counted()),
      publish: async () => {
        const before = read
        await new Promise((resolve) => setTimeout(resolve, 20))
        readWhilePublishing = read - before
      },
    })
    expect(readWhilePublishing).toBe(0)
  })

  it('ends with the publisher\'s error', async () => {
    await expect(run({ publish: () => Promise.reject(new Error('no broker')) })).rejects.toThrow('no broker')
  })

  it('closes a window on time in a live replay, with nothing after it, and stamps the present', async () => {
    async function* live(): AsyncGenerator<SourceItem> {
      for (let i = 0; i < 300; i++) yield packet({ timeMs: 1000 + i, source: `10.1.0.${i % 100}`, sourcePort: i, tcpFlags: SYN })
      // The next packet is far away; the flood's window must not wait for it.
      yield await Promise.resolve(packet({ timeMs: 9000 }))
    }
    const begin = Date.now()
    const stop = new AbortController()
    const { drafts } = await run({
      source: () => Promise.resolve(live()), replay: { mode: 'own-pace' }, signal: stop.signal,
      publish: (draft) => { expect(Math.abs(Date.now() - draft.detectedAtMs)).toBeLessThan(1000); stop.abort(); return Promise.resolve() },
    })
    expect(drafts).toEqual([])
    expect(Date.now() - begin).toBeLessThan(3000)
  })

  it('reports statistics at the end', async () => {
    const seen: PipelineStats[] = []
    await run({ onStats: (stats) => seen.push(stats) })
    expect(seen.at(-1)).toMatchObject({ published: 1, iterations: 1 })
  })
})
