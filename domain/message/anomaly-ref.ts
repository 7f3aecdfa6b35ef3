/**
 * How 32 bytes of `refs` name an anomaly: a prefix that says so, then the 16 bytes of its id. Whoever holds the state can
 * look the anomaly up, and needs no index for it. Any other 32 bytes are a hash of something that the network does not hold.
 */
import { bytesEqual, concatBytes, utf8ToBytes } from '../bytes.js'
import { sha256 } from '../hash.js'
import { bytesOfUuid, uuidOfBytes, type AnomalyId } from '../ids.js'

const PREFIX = sha256(utf8ToBytes('cybermesh/anomaly-ref/v1')).slice(0, 16)

export const anomalyRef = (id: AnomalyId): Uint8Array => concatBytes(PREFIX, bytesOfUuid(id))

/** Undefined for references to other things. */
export function anomalyOfRef(ref: Uint8Array): AnomalyId | undefined {
  if (ref.length !== 32 || !bytesEqual(ref.subarray(0, PREFIX.length), PREFIX)) return undefined
  return uuidOfBytes<AnomalyId>(ref.subarray(PREFIX.length))
}
