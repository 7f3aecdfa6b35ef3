/** What a stopped mesh on Kafka must show, whatever happened to it: every message of the topic has one lifecycle, and the sum is closed. */
import type { FullLedger } from '../../../cli/doctor/full-ledger.js'
import type { DoctorReport } from '../../../cli/doctor/run-doctor.js'
import type { Summary } from '../../../cli/up/summary.js'
import { openExisting } from '../../../cli/data-folder/open.js'
import { openTopicsOf } from '../../../cli/dlq/open-letters.js'
import { TOPICS } from '../../../ingest/transport/transport.js'
import { cybermeshMeasured } from '../mesh.js'
import { checkOffsets, type OffsetCheck } from './check-offsets.js'

export type Proof = {
  /** All of it holds. */
  readonly proven: boolean
  readonly inTopic: number
  /** Messages with one lifecycle each. */
  readonly accounted: number
  readonly unread: number
  readonly swallowed: readonly string[]
  readonly invented: readonly string[]
  readonly offsets: OffsetCheck
  readonly failed: readonly string[]
  readonly doctor: { readonly seconds: number; readonly peakMb: number }
}

export async function prove(data: string, summary: Summary): Promise<Proof> {
  const startedAt = performance.now()
  const { stdout, stderr, peakMb } = await cybermeshMeasured('doctor', '--ledger', '--data', data, '--json')
  const doctor = { seconds: Math.round((performance.now() - startedAt) / 100) / 10, peakMb }
  if (stdout === '') throw new Error(`the doctor said nothing: ${stderr}`)
  const report = JSON.parse(stdout) as DoctorReport
  const { total, messages } = report.ledger as NonNullable<DoctorReport['ledger']> & FullLedger
  const transport = await openTopicsOf(openExisting(data))
  if (transport === undefined) throw new Error('the folder has no topics')
  try {
    const offsets = await checkOffsets(transport, data)
    const inTopic = (await transport.endOffsets(TOPICS.anomalies.name)).reduce((sum, { offset }) => sum + offset, 0)
    const settled = total.committed + total.rejected + total.timeout + total.expired + total.inFlight
    const proven = report.ok && offsets.ahead.length === 0 && messages.swallowed.length + messages.invented.length + messages.unread === 0
      && inTopic === messages.messages && messages.accounted === inTopic && total.published === inTopic && settled === total.published
      && summary.published === total.published && summary.committed === total.committed
      && new Set(summary.stateRoots).size === 1 && !summary.stateRoots.includes(null)
    return {
      proven, inTopic, accounted: messages.accounted, unread: messages.unread, swallowed: messages.swallowed, invented: messages.invented, offsets, doctor,
      failed: report.checks.filter(({ level }) => level === 'fail').map(({ check, sentence }) => `${check}: ${sentence}`),
    }
  } finally {
    await transport.close()
  }
}
