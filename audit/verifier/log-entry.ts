/** The event by which the log says that the anomaly was committed, and the entry of the audit tree that stands for it. */
import { hexOf, textOf, utf8 } from './bytes.js'
import { canonicalOf, parseCanonical } from './canonical.js'
import { demand } from './fault.js'
import type { Primitives } from './primitives.js'
import { decimalIn, membersOf, textIn, wholeIn } from './shape.js'

export type LogEntry = {
  readonly position: number
  readonly id: string
  readonly stream: string
  readonly type: string
  readonly anomalyId: string
  readonly height: number
  readonly blockHash: string
  readonly txIndex: number
  readonly txId: string
  readonly view: number
  readonly blockTimestamp: number
  /** When the recorder wrote it, unix milliseconds, by the recorder's clock alone. */
  readonly recordedAt: number
}

const PART = 'logEntry'

export function readLogEntry(bytes: Uint8Array): LogEntry {
  const entry = membersOf(parseCanonical(textOf(bytes, PART, 'the entry'), () => PART), ['data', 'id', 'position', 'revision', 'stream', 'type', 'version'], PART, 'the entry')
  const type = textIn(entry, 'type', PART)
  demand(type === 'AnomalyCommitted', PART, `it is ${JSON.stringify(type)}, not an AnomalyCommitted`)
  demand(wholeIn(entry, 'version', PART) === 1, PART, 'the event is of a version that this verifier does not know')
  const data = membersOf(entry['data'], ['anomalyId', 'at', 'blockTimestamp', 'placement', 'view'], PART, 'data')
  const placement = membersOf(data['placement'], ['blockHash', 'height', 'txId', 'txIndex'], PART, 'placement')
  decimalIn(entry, 'revision', PART)
  const anomalyId = textIn(data, 'anomalyId', PART)
  const stream = textIn(entry, 'stream', PART)
  demand(stream === `anomaly-${anomalyId}`, PART, `the event about ${anomalyId} lies in the stream ${JSON.stringify(stream)}`)
  return {
    position: decimalIn(entry, 'position', PART), id: textIn(entry, 'id', PART), stream, type, anomalyId,
    height: decimalIn(placement, 'height', PART), blockHash: textIn(placement, 'blockHash', PART), txIndex: wholeIn(placement, 'txIndex', PART), txId: textIn(placement, 'txId', PART),
    view: decimalIn(data, 'view', PART), blockTimestamp: decimalIn(data, 'blockTimestamp', PART), recordedAt: decimalIn(data, 'at', PART),
  }
}

/** Entries of the tree are small and public: the hash of the event, and what the event is. */
export function treeEntryOf(bytes: Uint8Array, { id, position, stream, type }: LogEntry, { sha256 }: Primitives): Uint8Array {
  return utf8(canonicalOf({ entryHash: hexOf(sha256(bytes)), id, position: String(position), stream, type }))
}
