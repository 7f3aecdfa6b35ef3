/** One stored record as bytes: time, key, headers, value. Topic, partition and offset are the database key. */
import { ByteReader, ByteWriter, DecodeError } from '../../../domain/bytes.js'
import type { OffsetMark, OutgoingRecord, TransportRecord } from '../transport.js'
import { EmbeddedTransportError } from './errors.js'

const MAX_HEADERS = 64
const MAX_HEADER_BYTES = 64 * 1024

export function encodeRecord(record: OutgoingRecord, timestampMs: number): Uint8Array {
  const headers = Object.entries(record.headers ?? {})
  if (headers.length > MAX_HEADERS) throw new EmbeddedTransportError('BAD_RECORD', 'headers', `${headers.length} exceed the limit of ${MAX_HEADERS}; put the data into the value`)
  const writer = new ByteWriter(record.value.length + record.key.length + 64).u64(timestampMs).blob(record.key).u32(headers.length)
  for (const [name, value] of headers) writer.text(name).text(value)
  return writer.blob(record.value).finish()
}

/** Throws EmbeddedTransportError CORRUPT_RECORD where the stored bytes are not a record. */
export function decodeRecord(bytes: Uint8Array, at: OffsetMark): TransportRecord {
  try {
    const reader = new ByteReader(bytes)
    const timestampMs = reader.u64('record.timestamp')
    const key = reader.blob(bytes.length, 'record.key')
    const headers: Record<string, string> = {}
    const count = reader.count(MAX_HEADERS, 'record.headers')
    for (let i = 0; i < count; i++) {
      const name = reader.text(MAX_HEADER_BYTES, 'record.header')
      headers[name] = reader.text(MAX_HEADER_BYTES, 'record.header')
    }
    const value = reader.blob(bytes.length, 'record.value')
    reader.end('record')
    return { ...at, key, value, headers, timestampMs }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const place = `${at.topic}/${at.partition}/${at.offset}`
    throw new EmbeddedTransportError('CORRUPT_RECORD', place, `${error.message}; restore the topics folder from a copy`, { cause: error })
  }
}
