/**
 * A few of many records, evenly over their order and without a random number: every record first, then every second,
 * every fourth, so that the same traffic always keeps the same ones.
 */
import type { FlowRecord, Packet } from '../sources/records.js'

export type SourceRecord = Packet | FlowRecord

export type KeptRecords = { seen: number; stride: number; records: SourceRecord[] }

/** Between half of it and all of it are kept once there are more. */
export const MOST_KEPT = 20

export const newKeptRecords = (): KeptRecords => ({ seen: 0, stride: 1, records: [] })

export function keepRecord(kept: KeptRecords, record: SourceRecord): void {
  const isTurn = kept.seen % kept.stride === 0
  kept.seen += 1
  if (!isTurn) return
  if (kept.records.length < MOST_KEPT) return void kept.records.push(record)
  kept.records = kept.records.filter((_, i) => i % 2 === 0)
  kept.stride *= 2
  // Its number is a multiple of the new stride too: as many were kept as an even number of old strides goes into it.
  kept.records.push(record)
}
