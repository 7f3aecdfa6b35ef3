/** Moments on their way back from the workers, and one made of the parts that each of them counted. */
import type { Losses, Moment } from '../counting.js'
import { noFeatures } from '../sources/records.js'
import { LIMITS } from '../engines/rules/limits.js'
import type { SourceRecord } from '../windows/kept-records.js'
import type { TargetWindow } from '../windows/target-window.js'

/** Moments of one batch: each ends before the record of that number, or after all of them. */
export type Answer = { readonly moments: readonly { readonly before: number; readonly moment: Moment }[] }

/**
 * Threads cannot be handed functions, and need not be handed records that nobody will see: windows below the limit of the
 * rules and of the statistics are never judged.
 */
export const packed = (moment: Moment): Moment => ({ ...moment, windows: moment.windows.map((window) => withRecords(window, window.inPackets < LIMITS.windowPackets ? [] : window.kept.records.map(withoutFeatures))) })

/** What a worker was given of a record holds no features, so none are lost. */
export const unpacked = (moment: Moment): Moment => ({ ...moment, windows: moment.windows.map((window) => withRecords(window, window.kept.records.map(withFeatures))) })

const withRecords = (window: TargetWindow, records: SourceRecord[]): TargetWindow => ({ ...window, kept: { seen: window.kept.seen, records } })
const withoutFeatures = (record: SourceRecord): SourceRecord => (record.kind === 'packet' ? record : { ...record, features: undefined as never })
const withFeatures = (record: SourceRecord): SourceRecord => (record.kind === 'packet' ? record : { ...record, features: noFeatures })

/** Windows in the order of one thread; everything else comes from one of the workers only. */
export function merged(parts: readonly Moment[]): Moment {
  const windows = parts.flatMap((part) => part.windows.map((window, i) => ({ window, place: part.places[i] ?? 0 }))).sort((a, b) => a.place - b.place)
  const ends = parts.flatMap(({ end }) => end ?? [])
  return {
    windows: windows.map(({ window }) => window), places: [],
    sources: parts.flatMap(({ sources }) => sources), slow: parts.flatMap(({ slow }) => slow),
    flows: parts.flatMap(({ flows }) => flows), flowsEnded: parts.reduce((sum, { flowsEnded }) => sum + flowsEnded, 0),
    ...(ends.length === 0 ? {} : { end: ends.reduce(worse) }),
  }
}

/** Workers that count the same thing agree, and who does not count it says 0. */
function worse(a: Losses, b: Losses): Losses {
  const reasons = new Set([...Object.keys(a.dropped), ...Object.keys(b.dropped)])
  return {
    late: Math.max(a.late, b.late),
    dropped: Object.fromEntries([...reasons].map((reason) => [reason, Math.max(a.dropped[reason] ?? 0, b.dropped[reason] ?? 0)])),
  }
}
