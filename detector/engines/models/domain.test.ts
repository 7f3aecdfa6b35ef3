/** Does a model know when it does not know? On recorded traffic, where the data folder is there. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rawMargin } from '../../../domain/models/raw-margin.js'
import { crosses } from '../../../domain/models/tree-model.js'
import { openShipped } from '../../models/shipped.js'
import { DATA_FOLDER, HAS_DATA, NEEDS_DATA } from '../../testing/files.js'
import { flowsOf } from '../../training/extract.js'
import { domainWatch } from './domain-watch.js'
import { flowVectorOf } from './flow-vector.js'

const { card, model } = openShipped('ddos-flow')

async function vectorsOf(paths: readonly string[]): Promise<{ readonly timeMs: number; readonly vector: Float64Array }[]> {
  const vectors: { timeMs: number; vector: Float64Array }[] = []
  for (const path of paths) {
    for await (const flow of flowsOf(path)) {
      const vector = flowVectorOf(flow)
      if (vector !== undefined) vectors.push({ timeMs: flow.startMs, vector })
    }
  }
  return vectors
}

function batchesOf(vectors: readonly Float64Array[]): { readonly batches: number; readonly outside: number } {
  const watch = domainWatch(card.domain)
  for (const vector of vectors) if (!crosses(model, rawMargin(model, vector), card.threshold.margin)) watch.observe(vector)
  return watch.counts()
}

const files = (...folder: readonly string[]): readonly string[] => readdirSync(join(DATA_FOLDER, ...folder)).sort().map((name) => join(DATA_FOLDER, ...folder, name))

describe.skipIf(!HAS_DATA)(`the DDoS model${NEEDS_DATA}`, () => {
  it('finds at least 95 % of the batches of other networks out of domain', async () => {
    const attacks = batchesOf((await vectorsOf(files('pcap', 'attack'))).map(({ vector }) => vector))
    const applications = batchesOf((await vectorsOf(files('pcap', 'benign'))).map(({ vector }) => vector))
    expect(attacks.batches).toBeGreaterThan(300)
    expect(applications.batches).toBeGreaterThanOrEqual(8)
    expect((attacks.outside + applications.outside) / (attacks.batches + applications.batches)).toBeGreaterThanOrEqual(0.95)
    expect(applications.outside / applications.batches).toBeGreaterThanOrEqual(0.95)
  }, 180_000)

  it('finds no batch of later days of its own network out of domain', async () => {
    const benign = (await vectorsOf([join(DATA_FOLDER, 'cicids2017-improved', 'BENIGN_5000.csv')])).sort((a, b) => a.timeMs - b.timeMs)
    const later = batchesOf(benign.slice(Math.floor(0.7 * benign.length)).map(({ vector }) => vector))
    expect(later.batches).toBeGreaterThanOrEqual(7)
    expect(later.outside).toBe(0)
  })

  it('does not take a flood that it knows for another network', async () => {
    const benign = (await vectorsOf([join(DATA_FOLDER, 'cicids2017-improved', 'BENIGN_5000.csv')])).sort((a, b) => a.timeMs - b.timeMs).slice(-1000)
    const flood = (await vectorsOf([join(DATA_FOLDER, 'cicids2017-improved', 'DDoS_5000.csv')])).slice(-1400)
    const mixed = benign.flatMap(({ vector }, at) => [vector, ...flood.slice(Math.floor(at * 1.4), Math.floor((at + 1) * 1.4)).map((row) => row.vector)])
    const { batches, outside } = batchesOf(mixed)
    expect(batches).toBeGreaterThanOrEqual(4)
    expect(outside).toBe(0)
  })
})
