/**
 * Is this chain of custody whole? Link by link from the first: a known holder, a time that does not run backwards, a
 * reference that binds the link to its place, its evidence and its neighbours, and the holder's signature. The last
 * holder is the producer of the message. The first thing that is wrong is named with the number of its link.
 *
 * What no signature can show: a holder who denies ever having had the evidence and leaves out all links before its own,
 * and two holders who together rewrite what passed between them.
 */
import { bytesEqual, bytesToHex } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import { custodySignBytes, linkRef, type CustodyDelivery, type CustodyEntry, type CustodySubject } from './chain.js'

export type CustodyFault = {
  /** Index of the link, from 0; the number of links where one is missing. */
  readonly link: number
  /** Wire name of the entry's field. */
  readonly field: 'ref_hash' | 'actor_id' | 'ts' | 'signature'
  readonly reason: string
}

export type CustodyClaim = {
  readonly subject: CustodySubject
  readonly delivery: CustodyDelivery
  readonly entries: readonly CustodyEntry[]
  /** Public key of whoever signs the message. */
  readonly producerId: Uint8Array
  /** Time of the message, unix seconds. */
  readonly tsSeconds: number
}

/** @param isKnown whether a public key (hex) may hold evidence. Without `verify` all but the signatures is checked. */
export function custodyFault(claim: CustodyClaim, isKnown: (actor: string) => boolean, verify?: VerifySignature): CustodyFault | undefined {
  const { subject, delivery, entries, producerId } = claim
  for (const [link, entry] of entries.entries()) {
    const fault = (field: CustodyFault['field'], reason: string): CustodyFault => ({ link, field, reason })
    const before = entries[link - 1]
    if (!isKnown(bytesToHex(entry.actorId))) return fault('actor_id', 'is nobody whom genesis or the rules in force name')
    if (before !== undefined && entry.tsSeconds < before.tsSeconds) return fault('ts', `${entry.tsSeconds} is before the link before it, ${before.tsSeconds}`)
    if (entry.tsSeconds > claim.tsSeconds) return fault('ts', `${entry.tsSeconds} is after the message, ${claim.tsSeconds}`)
    const expected = linkRef(subject, link, before, entries[link + 1]?.actorId ?? delivery)
    if (!bytesEqual(entry.refHash, expected)) return fault('ref_hash', 'does not bind this evidence, the link before and the next holder')
    if (verify?.(entry.actorId, custodySignBytes(entry), entry.signature) === false) return fault('signature', 'is not its holder’s')
  }
  const last = entries.at(-1)
  if (last === undefined || !bytesEqual(last.actorId, producerId)) {
    return { link: Math.max(0, entries.length - 1), field: 'actor_id', reason: 'the last holder is not the producer of the message' }
  }
  return undefined
}

export const custodyField = ({ link, field }: CustodyFault): string => `chain_of_custody[${link}].${field}`
