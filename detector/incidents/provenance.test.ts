import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPipeline } from '../pipeline.js'
import { csvOf, flowLiteOf, flowRows, zeekLogOf } from '../testing/flow-rows.js'
import { tempFile } from '../testing/files.js'
import { finding } from '../testing/live-source-contract.js'
import { packageFile } from '../../platform/package-root.js'
import type { AnomalyDraft } from './payload.js'

const rows = flowRows(3)

async function draftsOf(source: string): Promise<AnomalyDraft[]> {
  const drafts: AnomalyDraft[] = []
  await runPipeline({ source, replay: { mode: 'asap' }, publish: (draft) => Promise.resolve(void drafts.push(draft)) })
  return drafts
}
const payloadOf = (draft: AnomalyDraft): Record<string, unknown> => JSON.parse(new TextDecoder().decode(draft.payload)) as Record<string, unknown>

describe('where the flows of an anomaly came from', () => {
  it('stands in its payload, whichever window it was found in', async () => {
    for (const [content, name, expected] of [
      [csvOf(rows), 'flows.csv', { format: 'cicflowmeter', byte_layer: 'payload' }],
      [rows.map(flowLiteOf).join('\n'), 'flows.ndjson', { format: 'flow-lite', byte_layer: 'payload', sensor: 'edge' }],
      [zeekLogOf(rows), 'conn.log', { format: 'zeek', byte_layer: 'ip' }],
    ] as const) {
      const path = tempFile(content, name)
      const payloads = (await draftsOf(path)).map(payloadOf)
      expect(new Set(payloads.map(({ attack }) => attack))).toEqual(new Set(['syn_flood', 'port_scan', 'password_guessing']))
      for (const { provenance } of payloads) expect(provenance).toEqual([{ ...expected, origin: basename(path) }])
    }
  })

  it('is left out for packets, which were seen and not reported', async () => {
    const drafts = await draftsOf(packageFile('detector/samples/lab.pcap'))
    expect(drafts.length).toBeGreaterThan(0)
    for (const draft of drafts) expect(payloadOf(draft)).not.toHaveProperty('provenance')
  })

  it('changes nothing else: three forms of the same flows end in the same findings, at the same layer of bytes', async () => {
    const [csv, lite, zeek] = await Promise.all([tempFile(csvOf(rows)), tempFile(rows.map(flowLiteOf).join('\n')), tempFile(zeekLogOf(rows))].map(draftsOf)) as [AnomalyDraft[], AnomalyDraft[], AnomalyDraft[]]
    expect(csv.map(finding)).toEqual(lite.map(finding))
    // Zeek counted the bytes of IP packets, and CICFlowMeter's payload is brought there by an estimate of headers.
    const without = (draft: AnomalyDraft): unknown => ({ ...payloadOf(draft), total_bytes: 0, features: 0, scores: 0, why: 0, anomaly_id: 0, provenance: 0, records: 0 })
    expect(zeek.map(without)).toEqual(csv.map(without))
  })
})
