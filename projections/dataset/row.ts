/** A row of the data set: what the projection would hold of the anomaly, and the address that the traffic was sent to. */
import type { EventData } from '../../domain/events/schema.js'
import type { CalibrationView } from '../calibration/queries/calibration-view.js'
import { readPayloadWithTarget } from '../calibration/read-payload.js'
import { calendarMillis } from '../lives/times.js'
import type { RowRecord } from './fold-rows.js'

type TimeField = 'detectedAt' | 'publishedAt' | 'admittedAt' | 'settledAt'

/** Times are UTC milliseconds. */
export type DatasetRow = Omit<CalibrationView, TimeField> & { readonly targetAddress: string | null; readonly publishedAt: number } & { readonly [Field in Exclude<TimeField, 'publishedAt'>]: number | null }

export function rowOf(published: EventData<'AnomalyPublished'>, record: RowRecord): DatasetRow {
  const { message: _message, ...said } = published
  const { placement, judged } = record
  const time = (millis: number | null | undefined): number | null => (millis === null || millis === undefined ? null : calendarMillis(millis))
  return {
    anomalyId: said.anomalyId, position: record.position, updatedPosition: record.updatedPosition, authentic: said.authentic,
    producerId: said.producerId, source: cleanText(said.source), signScheme: said.signScheme, messageHash: said.messageHash, contentHash: said.contentHash,
    type: cleanText(said.anomalyType), severity: said.severity, confidence: said.confidence, modelVersion: cleanText(said.modelVersion),
    ...readPayloadWithTarget(published.message),
    outcome: record.outcome ?? null, reason: record.reason ?? null, verdicts: judged?.verdicts ?? [], label: judged?.label ?? null,
    detectedAt: time(said.detectedAtSeconds === null ? null : said.detectedAtSeconds * 1000), publishedAt: calendarMillis(said.at),
    admittedAt: time(record.admittedAt), settledAt: time(record.settledAt),
    blockHeight: placement?.height ?? null, txIndex: placement?.txIndex ?? null, txHash: placement?.txId ?? null,
  }
}

/** As SQL has it: no zero character, no half of a surrogate pair. */
const cleanText = (text: string | null): string | null => (text === null ? null : text.replaceAll('\u0000', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD'))
