/**
 * The chain of custody of evidence: one link for each pair of hands it went through. A link is signed in the original's
 * layout, which covers a reference, the holder and a time. There the reference is the same constant in every entry, so
 * entries can be left out, swapped or moved to other evidence. Here the reference is a hash of the evidence, of the link
 * before, and of whom the evidence is handed to: a link is the word of one holder on its two neighbours.
 */
import { ByteWriter, concatBytes, hexToBytes, utf8ToBytes } from '../bytes.js'
import { taggedHash } from '../hash.js'

export type CustodyEntry = {
  /** `linkRef` of this link. */
  readonly refHash: Uint8Array
  /** Raw Ed25519 public key of the holder. */
  readonly actorId: Uint8Array
  /** When the holder handed it on, unix seconds. */
  readonly tsSeconds: number
  readonly signature: Uint8Array
}

/** What the evidence is: the same in every link of its chain. */
export type CustodySubject = { readonly id: string; /** SHA-256 of the proof. */ readonly contentHash: Uint8Array }

/** What the last holder hands it to the network as. */
export type CustodyDelivery = { readonly evidenceType: string; readonly refs: readonly Uint8Array[] }

/** Whom a link hands the evidence to: the next holder's key, or the network. */
export type CustodyReceiver = Uint8Array | CustodyDelivery

const TAG = utf8ToBytes('evidence.custody.v1')
const FIRST = new Uint8Array(32)

/** What a holder signs, as the original lays it out: tag ‖ ref_hash ‖ actor_id ‖ ts (u64 BE), without separators. */
export const custodySignBytes = ({ refHash, actorId, tsSeconds }: Omit<CustodyEntry, 'signature'>): Uint8Array =>
  concatBytes(TAG, refHash, actorId, new ByteWriter(8).u64(tsSeconds).finish())

/**
 * The reference that a link must carry: 32 bytes over its place, the evidence, the whole link before it with its
 * signature, and the receiver.
 */
export function linkRef(subject: CustodySubject, index: number, before: CustodyEntry | undefined, to: CustodyReceiver): Uint8Array {
  const writer = new ByteWriter(256).u32(index).text(subject.id).raw(subject.contentHash).raw(before === undefined ? FIRST : hashOf(before))
  if (to instanceof Uint8Array) writer.u8(0).raw(to)
  else writer.u8(1).raw(deliveryHash(to))
  return hexToBytes(taggedHash('cybermesh/custody/v1', writer.finish()))
}

const hashOf = (entry: CustodyEntry): Uint8Array => hexToBytes(taggedHash('cybermesh/custody-link/v1', custodySignBytes(entry), entry.signature))

function deliveryHash({ evidenceType, refs }: CustodyDelivery): Uint8Array {
  const writer = new ByteWriter(512).text(evidenceType).u32(refs.length)
  for (const ref of refs) writer.raw(ref)
  return hexToBytes(taggedHash('cybermesh/custody-delivery/v1', writer.finish()))
}
