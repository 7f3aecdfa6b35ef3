/** Adds links to a chain of custody: a holder signs when it hands evidence on, and names who gets it. */
import type { Signer } from '../crypto.js'
import { custodySignBytes, linkRef, type CustodyDelivery, type CustodyEntry, type CustodyReceiver, type CustodySubject } from './chain.js'

/** @param to the next holder's public key, or what the evidence is given to the network as */
export function handOver(chain: readonly CustodyEntry[], subject: CustodySubject, holder: Signer, to: CustodyReceiver, tsSeconds: number): readonly CustodyEntry[] {
  const unsigned = { refHash: linkRef(subject, chain.length, chain.at(-1), to), actorId: holder.publicKey, tsSeconds }
  return [...chain, { ...unsigned, signature: holder.sign(custodySignBytes(unsigned)) }]
}

export type HandOver = { readonly holder: Signer; readonly atSeconds: number }

/** The whole chain through these hands, in order; the last holder gives it to the network. */
export function chainThrough(hands: readonly HandOver[], subject: CustodySubject, delivery: CustodyDelivery): readonly CustodyEntry[] {
  return hands.reduce<readonly CustodyEntry[]>((chain, { holder, atSeconds }, i) =>
    handOver(chain, subject, holder, hands[i + 1]?.holder.publicKey ?? delivery, atSeconds), [])
}
