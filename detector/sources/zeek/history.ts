/**
 * What Zeek's `history` and `conn_state` say about TCP flags. A letter of the history stands once a direction, upper case
 * for the originator: S is a SYN, H a SYN-ACK, F a FIN, R a RST, I both FIN and RST, Q a SYN with one of them. So the
 * counts are of directions, as in EVE, and not of packets. Where there is no history the state says less.
 */

import { ACK, FIN, RST, SYN } from '../records.js'

export type TcpCounts = { readonly syn: number | undefined; readonly rst: number | undefined; readonly fin: number | undefined }

const UNKNOWN: TcpCounts = { syn: undefined, rst: undefined, fin: undefined }

/** docs.zeek.org, base/protocols/conn/main.zeek, conn_state. OTH was caught in the middle and says nothing. */
const BY_STATE: Readonly<Record<string, TcpCounts>> = {
  S0: { syn: 1, rst: 0, fin: 0 }, S1: { syn: 2, rst: 0, fin: 0 }, SF: { syn: 2, rst: 0, fin: 2 },
  S2: { syn: 2, rst: 0, fin: 1 }, S3: { syn: 2, rst: 0, fin: 1 },
  REJ: { syn: 1, rst: 1, fin: 0 }, RSTO: { syn: 2, rst: 1, fin: undefined }, RSTR: { syn: 2, rst: 1, fin: undefined },
  RSTOS0: { syn: 1, rst: 1, fin: 0 }, RSTRH: { syn: 1, rst: 1, fin: 0 }, SH: { syn: 1, rst: 0, fin: 1 }, SHR: { syn: 1, rst: 0, fin: 1 },
}

export function tcpCountsOf(history: string | undefined, state: string | undefined): TcpCounts {
  if (history === undefined || history === '') return BY_STATE[state ?? ''] ?? UNKNOWN
  const seen = new Set(history)
  // A direction's SYN may be written as S, H and Q; it is one direction with a SYN all the same.
  const directions = (upper: string): number => Number([...upper].some((letter) => seen.has(letter))) + Number([...upper.toLowerCase()].some((letter) => seen.has(letter)))
  return { syn: directions('SHQ'), rst: directions('RI'), fin: directions('FI') }
}

const FLAGS_BY_STATE: Readonly<Record<string, number>> = {
  S0: SYN, S1: SYN | ACK, SF: SYN | FIN | ACK, S2: SYN | FIN | ACK, S3: SYN | FIN | ACK,
  // A RST that answers a SYN acknowledges it (RFC 9293 §3.10.7.1), one of the originator's that nothing answered does not.
  REJ: SYN | RST | ACK, RSTO: SYN | RST | ACK, RSTR: SYN | RST | ACK, RSTOS0: SYN | RST, RSTRH: SYN | RST | ACK,
  SH: SYN | FIN, SHR: SYN | FIN | ACK,
  // Caught in the middle of a connection, where every packet has an ACK.
  OTH: ACK,
}

/** Flags of both directions, ORed; undefined where neither history nor state says. Data, FIN and SYN-ACK carry an ACK. */
export function tcpFlagsOf(history: string | undefined, state: string | undefined): number | undefined {
  if (history === undefined || history === '') return FLAGS_BY_STATE[state ?? '']
  const sees = (letters: string): boolean => [...letters].some((letter) => history.includes(letter))
  const answersSyn = history.includes('S') && history.includes('r')
  return (sees('SsHhQq') ? SYN : 0) | (sees('FfIi') ? FIN : 0) | (sees('RrIi') ? RST : 0) | (sees('AaDdHhFf') || answersSyn ? ACK : 0)
}
