/** What stands in the stored bytes of an event beside its data: the one place that says when stored bytes can be read. */
import { EventFormatError, type EncodedEvent } from './codec.js'

/** Position and revision are 64-bit integers and therefore decimal strings, like all others in our JSON. */
export type StoredRecord = EncodedEvent & { readonly id: string; readonly stream: string; readonly revision: string; readonly position: string }

const DECIMAL = /^\d{1,16}$/

/**
 * @param text of the stored bytes; undefined where they are not UTF-8
 * @param sizeBytes of the stored bytes, for the error
 * Throws EventFormatError naming the field.
 */
export function parseStored(text: string | undefined, sizeBytes: number): StoredRecord {
  let value: Partial<StoredRecord> | null
  try {
    value = JSON.parse(text as string) as Partial<StoredRecord> | null
  } catch {
    throw new EventFormatError('unknown', 'entry', `${sizeBytes} bytes are not JSON`)
  }
  const refuse = (field: string): never => {
    throw new EventFormatError(typeof value?.type === 'string' ? value.type : 'unknown', field, 'missing or of the wrong shape')
  }
  if (value === null || typeof value !== 'object') return refuse('entry')
  if (typeof value.id !== 'string') refuse('id')
  if (typeof value.stream !== 'string') refuse('stream')
  if (typeof value.revision !== 'string' || !DECIMAL.test(value.revision)) refuse('revision')
  if (typeof value.position !== 'string' || !DECIMAL.test(value.position)) refuse('position')
  if (typeof value.type !== 'string') refuse('type')
  if (typeof value.version !== 'number') refuse('version')
  return value as StoredRecord
}
