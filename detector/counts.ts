/** What a detector has seen and what it had to leave out; plain counters that only grow. */
import type { Notice, Skipped, SkipReason } from './sources/records.js'

export type Counts = {
  packets: number
  /** Finished flows: assembled from packets, or records read from a file. */
  flows: number
  /** One-second windows towards one host. */
  windows: number
  /** Incidents by threat type. */
  readonly detections: Record<string, number>
  /** Decisions that belonged to an incident already published. */
  merged: number
  /** Incidents that a committed policy keeps from being published, by what it says. */
  readonly silenced: Record<string, number>
  /** Packets that are IP but could not be decoded. */
  undecodable: number
  /** Records passed over, by reason; includes the undecodable. */
  readonly skipped: Partial<Record<SkipReason, number>>
  /** The same by `reason/field`, where a field is at fault. */
  readonly skippedFields: Record<string, number>
  /** State given up because a bound was reached, by reason. */
  readonly dropped: Record<string, number>
  /** Records that came after their second had closed. */
  late: number
  readonly notices: Notice[]
}

export const newCounts = (): Counts => ({
  packets: 0, flows: 0, windows: 0, detections: {}, merged: 0, silenced: {}, undecodable: 0, skipped: {}, skippedFields: {}, dropped: {}, late: 0, notices: [],
})

export function countSilenced(counts: Counts, reason: string): void {
  counts.silenced[reason] = (counts.silenced[reason] ?? 0) + 1
}

const UNDECODABLE: ReadonlySet<SkipReason> = new Set(['cut-header', 'bad-ip-header', 'unknown-link-type'])

/** What a source says of what it did not give. */
export function countLeftOut(counts: Counts, item: Skipped | Notice): void {
  if (item.kind === 'notice') counts.notices.push(item)
  else countSkipped(counts, item)
}

function countSkipped(counts: Counts, { reason, field, count = 1 }: Skipped): void {
  counts.skipped[reason] = (counts.skipped[reason] ?? 0) + count
  if (field !== undefined) counts.skippedFields[`${reason}/${field}`] = (counts.skippedFields[`${reason}/${field}`] ?? 0) + count
  if (UNDECODABLE.has(reason)) counts.undecodable += count
}
