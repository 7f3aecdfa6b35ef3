import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AnomalyDraft } from '../incidents/payload.js'
import { runPipeline } from '../pipeline.js'

const CAPTURE = join(import.meta.dirname, 'lab.pcap')
type Label = { name: string; attack: string; threatType: string; target: string; sources: string[]; startMs: number; endMs: number }
const { attacks } = JSON.parse(readFileSync(join(import.meta.dirname, 'lab.labels.json'), 'utf8')) as { attacks: Label[] }

/** A window ends up to a second after what it saw. */
const WINDOW_MS = 1000

type Found = { readonly atMs: number; readonly type: string; readonly attack: string; readonly target: string; readonly source: string }

async function detect(iterations: number): Promise<Found[]> {
  const found: Found[] = []
  const stop = new AbortController()
  await runPipeline({
    source: CAPTURE, replay: { mode: 'asap', loop: iterations > 1 }, signal: stop.signal,
    publish: (draft: AnomalyDraft) => {
      const payload = JSON.parse(new TextDecoder().decode(draft.payload)) as { attack: string; dst_ip: string; src_ip: string }
      found.push({ atMs: draft.detectedAtMs, type: draft.type, attack: payload.attack, target: payload.dst_ip, source: payload.src_ip })
      return Promise.resolve()
    },
    onStats: (stats) => { if (stats.iterations >= iterations) stop.abort() },
    // Statistics are reported once an item, so that the loop ends where it should.
    nowMs: (() => { let now = 0; return () => (now += 1000) })(),
  })
  return found
}

const isOf = (found: Found, label: Label): boolean =>
  found.attack === label.attack && found.type === label.threatType && found.target === label.target &&
  found.atMs >= label.startMs && found.atMs <= label.endMs + WINDOW_MS

describe('the bundled capture', () => {
  it('is small enough to ship', () => {
    expect(statSync(CAPTURE).size).toBeLessThanOrEqual(5 * 1024 * 1024)
  })

  for (const label of attacks) {
    it(`shows the ${label.name} in its time, with its type and target`, async () => {
      expect((await detect(1)).filter((found) => isOf(found, label))).toHaveLength(1)
    })
  }

  it('shows nothing outside the labelled attacks', async () => {
    const strays = (await detect(1)).filter((found) => !attacks.some((label) => isOf(found, label)))
    expect(strays).toEqual([])
  })

  it('shows the first attack within eight seconds', async () => {
    const firstPacketMs = readFileSync(CAPTURE).readUInt32LE(24) * 1000
    expect((await detect(1))[0]?.atMs).toBeLessThanOrEqual(firstPacketMs + 9000)
  })

  it('shows the same attacks in each of thirty rounds, though the statistics go on learning', async () => {
    const found = await detect(30)
    const inRounds = found.length / attacks.length
    expect(inRounds).toBeGreaterThanOrEqual(30)
    expect(found.filter((one) => !attacks.some((label) => isOf(one, label)))).toEqual([])
  })
})
