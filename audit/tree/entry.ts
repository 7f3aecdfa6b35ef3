/**
 * What the audit tree holds of an entry of the event log: which event it was and the hash of its stored bytes. The
 * bytes themselves may be megabytes and name addresses, while entries of the tree are public and have at most 65,535
 * bytes (https://c2sp.org/tlog-tiles#log-entries).
 */
import { utf8ToBytes } from '../../domain/bytes.js'
import { parseStored } from '../../domain/events/stored.js'
import { sha256Hex } from '../../domain/hash.js'
import { leafHash } from '../../domain/merkle.js'
import { textOfUtf8 } from '../../platform/utf8.js'

/** Null where the stored bytes do not say, or not in a readable way. */
export type EntryNames = { readonly id: string | null; readonly stream: string | null; readonly type: string | null }

const NAMELESS: EntryNames = { id: null, stream: null, type: null }
/** No name of ours is longer than a tenth of this; one that is would not fit an entry. */
export const LONGEST_NAME = 1024

/** Names in the stored bytes of an event. */
export function namesIn(bytes: Uint8Array): EntryNames {
  try {
    const { id, stream, type } = parseStored(textOfUtf8(bytes), bytes.length)
    return { id, stream, type }
  } catch {
    return NAMELESS
  }
}

/**
 * The tree's entry for the event at `position` of the log.
 * @param bytes as the log stores them
 * @param names those in the bytes, for callers that have read them already
 */
export function auditEntryOf(position: number, bytes: Uint8Array, names: EntryNames = namesIn(bytes)): Uint8Array {
  const { id, stream, type } = [names.id, names.stream, names.type].some((name) => name !== null && name.length > LONGEST_NAME) ? NAMELESS : names
  // Canonical (RFC 8785): the names stand in order, and all is text or null. To look whether it is so takes longer than to write it.
  return utf8ToBytes(JSON.stringify({ entryHash: sha256Hex(bytes), id, position: String(position), stream, type }))
}

/** RFC 6962 leaf hash of that entry. */
export const auditLeafOf = (position: number, bytes: Uint8Array, names?: EntryNames): Uint8Array => leafHash(auditEntryOf(position, bytes, names))
