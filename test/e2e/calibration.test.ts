import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openExisting } from '../../cli/data-folder/open.js'
import { openFolderLog } from '../../cli/shared/folder-log.js'
import { sendReport } from '../../cli/report/send-report.js'
import type { Progress } from '../../cli/shared/progress.js'
import type { Outcome } from '../../detector/calibration/calibrate.js'
import type { Proposed } from '../../cli/policy/propose.js'
import type { EventData } from '../../domain/events/schema.js'
import { OPERATOR_STREAM } from '../../eventlog/log.js'
import type { Metrics } from '../../detector/calibration/metrics.js'
import { encodeVerdict, readVerdict, VERDICT_TYPE, verdictRefs } from '../../domain/verdict/verdict.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { cybermesh, startUp, temporaryFolder, until, type Running, type Up } from '../support/mesh.js'

/** The loop that makes detectors better: detections, verdicts, a calibration that a quorum commits, detections that say so. */
describe('calibration on a running mesh', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const silent: Progress = { show: () => undefined, done: () => undefined } as unknown as Progress
  let up: Up
  let running: Running

  const command = <T>(...args: string[]): T => {
    const { stdout, stderr } = cybermesh(...args, '--data', data, '--json')
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as T
  }
  type Row = { anomalyId: string; outcome: string | null; label: string | null; calibratedScore: number | null; confidence: number | null }
  const rows = async (): Promise<readonly Row[]> => {
    const query = '{ calibrationRows(first: 200) { nodes { anomalyId outcome label calibratedScore confidence } } }'
    const response = await fetch(`${running.api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body: JSON.stringify({ query }) })
    return (await response.json() as { data: { calibrationRows: { nodes: Row[] } } }).data.calibrationRows.nodes
  }
  /** What the log says of calibrations, with measures before and after, and of those that were refused. */
  const trail = async () => {
    const log = await openFolderLog(openExisting(data).layout, { create: false })
    const deeds: EventData<'OperatorActionRecorded'>[] = []
    for await (const { event } of log.readStream(OPERATOR_STREAM)) if (event.type === 'OperatorActionRecorded' && event.data.action === 'calibrate') deeds.push(event.data)
    await log.close()
    return deeds
  }
  const JUDGED = 40

  beforeAll(async () => {
    up = startUp(data, '--rate', '4')
    running = await up.ready()
    await until('enough detections are committed', async () => (await rows()).filter(({ outcome }) => outcome === 'COMMITTED').length >= JUDGED, 120_000)
  }, 300_000)
  afterAll(() => {
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  test('verdicts become a calibration that all detectors use from one height on', async () => {
    const analyst = readKeyFile(join(data, 'keys', 'analyst-0.key.json'))
    const committed = (await rows()).filter(({ outcome }) => outcome === 'COMMITTED').slice(0, JUDGED)
    for (const [i, { anomalyId }] of committed.entries()) {
      const proofBlob = encodeVerdict({ anomalyId, incidentId: anomalyId, verdict: i % 2 === 0 ? 'true_positive' : 'false_positive' } as Parameters<typeof encodeVerdict>[0])
      const read = readVerdict(proofBlob)
      if (!read.ok) throw new Error(read.reason)
      await sendReport(openExisting(data), analyst, { evidenceType: VERDICT_TYPE, refs: verdictRefs(read.verdict), proofBlob }, 0, silent)
    }
    const judged = new Set(committed.map(({ anomalyId }) => anomalyId))
    await until('every verdict has become a label', async () => (await rows()).filter(({ anomalyId, label }) => judged.has(anomalyId) && label !== null).length === judged.size, 90_000)
    expect(command<Metrics>('calibrate', 'report')).toMatchObject({ examples: judged.size })

    const fit = command<Outcome & { proposed?: readonly Proposed[] }>('calibrate', 'fit', '--propose', '--recall-floor', '0', '--wait', '60')
    expect(fit).toMatchObject({ kind: 'changed', method: 'platt', proposed: [{ rule: 'model_param', outcome: 'applied' }, { rule: 'threshold', outcome: 'applied' }] })
    expect(await trail()).toMatchObject([{ action: 'calibrate', result: 'success', fields: expect.objectContaining({ method: 'platt' }) as unknown }])
    // Half of what was judged was no attack, and the raw scores were all but sure: what is published says a half now.
    if (fit.kind !== 'changed') throw new Error(fit.sentence)
    expect(fit.after.brier).toBeLessThan(fit.before.brier)
    await until('a new detection says what its score is worth', async () => (await rows()).some(({ calibratedScore }) => calibratedScore !== null), 90_000)
    const calibrated = (await rows()).find(({ calibratedScore }) => calibratedScore !== null)
    expect(calibrated?.calibratedScore).toBeGreaterThan(0.3)
    expect(calibrated?.calibratedScore).toBeLessThan(0.7)
    expect(calibrated?.confidence).toBeCloseTo(calibrated?.calibratedScore ?? 0, 6)
  }, 300_000)

  test('a frozen calibration stays, and says so', async () => {
    expect(command<Proposed>('policy', 'propose', '--rule', 'feature_flag', '--action', 'disable', '--params', '{"flag":"calibration"}', '--effective-height', '+10s', '--wait', '60')).toMatchObject({ outcome: 'applied' })
    const because = (outcome: Outcome): string => (outcome.kind === 'kept' ? outcome.because : '')
    await until('the switch is on', () => Promise.resolve(because(command<Outcome>('calibrate', 'fit')) === 'FROZEN'), 90_000)
    expect(because(command<Outcome>('calibrate', 'fit', '--propose'))).toBe('FROZEN')
    expect((await trail()).at(-1)).toMatchObject({ action: 'calibrate', result: 'failure', reason: 'FROZEN' })
  }, 120_000)
})
