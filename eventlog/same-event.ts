/**
 * Whether an event that is recorded already says the same as one that comes again. A newer program writes the same
 * happening in a newer shape: it is still the same.
 */
import { bytesEqual } from '../domain/bytes.js'
import { canonicalJsonBytes, type Json } from '../domain/canonical-json.js'
import { decodeEvent, encodeEvent, type EncodedEvent } from '../domain/events/codec.js'
import { UPCASTERS, type Upcasters } from '../domain/events/upcast.js'

export function isSameEvent(recorded: EncodedEvent, again: EncodedEvent, upcasters: Upcasters = UPCASTERS): boolean {
  if (recorded.type !== again.type) return false
  const inNewestShape = recorded.version === again.version ? recorded : encodeEvent(decodeEvent(recorded, upcasters), upcasters)
  return bytesEqual(contentOf(inNewestShape), contentOf(again))
}

const contentOf = ({ type, version, data }: EncodedEvent): Uint8Array => canonicalJsonBytes({ type, version, data } as Json)
