/**
 * What every source that is followed promises: the findings of the file with the same flows, byte for byte but for
 * identifiers and times; after kill -9 nothing skipped and nothing published as two anomalies; bad flows counted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import { runChild } from '../../platform/postgres/testing/run-child.js'
import { until } from '../../ingest/testing/until.js'
import type { AnomalyDraft } from '../incidents/payload.js'
import { runLive } from '../live/run-live.js'
import { runPipeline, type PipelineStats } from '../pipeline.js'
import type { Skipped } from '../sources/records.js'
import { csvOf, flowRows, type FlowRow } from './flow-rows.js'
import { openForTest, type SourceAddress } from './open-live-source.js'
import { tempFile } from './files.js'

export type SourceUnderTest = {
  readonly address: SourceAddress
  add(rows: readonly FlowRow[]): Promise<void>
  /** Puts in what is no flow; gives the reasons with fields that it must be counted by. */
  addBad(): Promise<readonly string[]>
  /** The file with the same flows; absent: CICFlowMeter's. */
  readonly fileOf?: (rows: readonly FlowRow[]) => string
  /** Threads that count; absent: none. */
  readonly workers?: number
}

const MINUTES = 12
/** Published incidents at which it dies: the first time nothing is settled, the second time it goes on from what was. */
const DIES_AT = [3, 6]
/** The last flow of each partition waits for later ones, or for ten seconds of silence, which the order's own tests show. */
const HELD_BACK = 2

export function describeLiveSource(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`${name} as a source of flows`, () => {
    it('gives the findings of the file with the same flows', async () => {
      const source = await open()
      const rows = flowRows(MINUTES)
      await source.add(shuffledNearby(rows))
      const expected = await findingsOfFile(rows, source.fileOf)
      expect(expected.length).toBeGreaterThanOrEqual(MINUTES)
      const { drafts } = await follow(source, newFolder(), (stats) => stats.flows >= rows.length - HELD_BACK)
      expect(drafts.map(finding)).toEqual(expected)
    })

    it('goes on with new flows while it is followed', async () => {
      const source = await open()
      const rows = flowRows(6)
      const half = rows.findIndex(({ startMs }) => startMs > (rows[0] as FlowRow).startMs + 200_000)
      await source.add(rows.slice(0, half))
      let isAdded = false
      const { drafts } = await follow(source, newFolder(), (stats) => {
        if (!isAdded && stats.flows > 0) {
          isAdded = true
          void source.add(rows.slice(half))
        }
        return stats.flows >= rows.length - HELD_BACK
      })
      expect(drafts.map(finding)).toEqual(await findingsOfFile(rows, source.fileOf))
    })

    it('after kill -9 nothing is skipped and no incident becomes two anomalies', async () => {
      const source = await open()
      const rows = flowRows(MINUTES)
      await source.add(rows)
      const folder = newFolder()
      const published = join(folder, 'published')
      writeFileSync(published, '')
      const lines = (): string[] => readFileSync(published, 'utf8').split('\n').filter((line) => line !== '')
      for (const count of DIES_AT) {
        const child = runChild(new URL('./live-child.ts', import.meta.url), [JSON.stringify(source.address), folder])
        await Promise.race([child.ended, until('the child publishes', () => lines().length >= count, 60_000)])
        child.kill('SIGKILL')
        await child.ended
      }
      const last = await follow(source, folder, (_stats, drafts) => new Set([...lines(), ...drafts.map(lineOf)].map(incidentOf)).size >= MINUTES && drafts.length > 0)
      const all = [...lines(), ...last.drafts.map(lineOf)]
      const incidents = new Map<string, Set<string>>()
      for (const line of all) incidents.set(incidentOf(line), (incidents.get(incidentOf(line)) ?? new Set()).add(line.split(' ')[0] as string))
      expect([...incidents.keys()].sort()).toEqual((await draftsOfFile(rows, source.fileOf)).map(lineOf).map(incidentOf).sort())
      expect([...incidents.values()].map((ids) => ids.size)).toEqual([...incidents.values()].map(() => 1))
      // An anomaly may be sent once more for each crash, by the same identifier.
      expect(all.length).toBeLessThanOrEqual(incidents.size + DIES_AT.length)
      expect(last.stats.flows).toBeLessThan(rows.length)
    })

    it('counts what is no flow by reason and field, and reads on', async () => {
      const source = await open()
      const rows = flowRows(1)
      await source.add(rows.slice(0, 100))
      const reasons = await source.addBad()
      await source.add(rows.slice(100))
      const { stats, skipped } = await follow(source, newFolder(), (now) => now.flows >= rows.length - HELD_BACK)
      expect(Object.keys(stats.skippedFields).sort()).toEqual([...reasons].sort())
      expect(skipped.every(({ where, field }) => where !== undefined || field === 'Timestamp')).toBe(true)
    })
  })
}

/** Exporters write flows in the order of their ends; a second is within what the sources wait. */
function shuffledNearby(rows: readonly FlowRow[]): FlowRow[] {
  const shuffled = [...rows]
  for (let i = 0; i + 7 < shuffled.length - 8; i += 8) shuffled.splice(i, 8, ...shuffled.slice(i, i + 8).reverse())
  return shuffled.sort((a, b) => Math.floor(a.startMs / 900) - Math.floor(b.startMs / 900))
}

const draftsOfFile = async (rows: readonly FlowRow[], fileOf = csvOf): Promise<AnomalyDraft[]> => {
  const drafts: AnomalyDraft[] = []
  await runPipeline({ source: tempFile(fileOf(rows), 'flows'), replay: { mode: 'asap', stamp: 'now' }, publish: (draft) => Promise.resolve(void drafts.push(draft)) })
  return drafts
}

export const findingsOfFile = async (rows: readonly FlowRow[], fileOf = csvOf): Promise<string[]> => (await draftsOfFile(rows, fileOf)).map(finding)

/** The payload without what differs between two runs over the same flows, and where they were read from. */
export function finding({ payload }: AnomalyDraft): string {
  const { anomaly_id: _id, detection_timestamp: _time, continues: _before, provenance: _where, ...rest } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, Json>
  return canonicalJson(rest)
}

/** Identifier and incident of a draft, as children write them. */
export function lineOf({ anomalyId, payload }: AnomalyDraft): string {
  const { attack, dst_ip } = JSON.parse(new TextDecoder().decode(payload)) as { attack: string; dst_ip: string }
  return `${anomalyId} ${attack}/${dst_ip}`
}
const incidentOf = (line: string): string => line.split(' ')[1] as string

type Followed = { readonly drafts: AnomalyDraft[]; readonly stats: PipelineStats; readonly skipped: Skipped[] }

async function follow({ address, workers }: Pick<SourceUnderTest, 'address' | 'workers'>, folder: string, isEnough: (stats: PipelineStats, drafts: readonly AnomalyDraft[]) => boolean): Promise<Followed> {
  const stop = new AbortController()
  const drafts: AnomalyDraft[] = []
  const skipped: Skipped[] = []
  let latest: PipelineStats | undefined
  const opened = await openForTest(address)
  const running = runLive({
    source: opened.source, positionFile: join(folder, 'position.json'), signal: stop.signal, saveEveryMs: 0, workers,
    publish: (draft) => Promise.resolve(void drafts.push(draft)), onSkipped: (one) => skipped.push(one), onStats: (stats) => { latest = stats },
  })
  running.catch(() => undefined)
  await Promise.race([running, until('enough was read', () => latest !== undefined && isEnough(latest, drafts), 60_000)])
  stop.abort()
  const stats = await running
  await opened.close()
  return { drafts, stats, skipped }
}

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-live-'))
  if (folders.push(folder) === 1) process.once('exit', () => { for (const one of folders) rmSync(one, { recursive: true, force: true }) })
  return folder
}
