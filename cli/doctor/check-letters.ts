/** Does every refused message have its dead letter, and say both the same? */
import { originText, type LetterBox, type ReceivedLetter } from '../../ingest/index.js'
import { count, fail, listed, ok, warn, type Finding } from './finding.js'
import type { MessageBook } from './message-book.js'

export type LettersReport = {
  /** Refused messages of the log that lie in a topic. */
  readonly refused: number
  readonly letters: number
  /** Letters that say again what one before them said; they count once. */
  readonly copies: number
  /** Not signed by a recorder of genesis: they prove nothing. */
  readonly unsigned: number
  /** Refused messages without a letter. */
  readonly missing: readonly string[]
  /** Letters that the log contradicts. */
  readonly contradicted: readonly string[]
}

/** @param before end offsets of the topic of dead letters before the log was read: what came later is not held against it */
export function accountForLetters(book: MessageBook, { letters, copies, unreadable }: LetterBox, before: ReadonlyMap<number, number>): LettersReport {
  const signed = letters.filter(({ isSigned }) => isSigned)
  const byOrigin = new Set(signed.map(({ origin }) => originText(origin)))
  const refused = [
    ...[...book.places].filter(([, { rejectedWith }]) => rejectedWith !== undefined).map(([place, { anomalyId, rejectedWith }]) => [place, `${anomalyId} (${rejectedWith}) at ${place}`] as const),
    ...[...book.refusals].map(([place, { code }]) => [place, `the message (${code}) at ${place}`] as const),
  ]
  return {
    refused: refused.length, letters: signed.length, copies: copies.size, unsigned: letters.length - signed.length + unreadable.size,
    missing: refused.filter(([place]) => !byOrigin.has(place)).map(([, sentence]) => sentence),
    contradicted: signed.filter(({ place }) => place.offset < (before.get(place.partition) ?? 0)).flatMap((letter) => contradictionOf(letter, book)),
  }
}

function contradictionOf({ anomalyId, code, place, messageHash, origin }: ReceivedLetter, book: MessageBook): readonly string[] {
  if (anomalyId === undefined) {
    const known = book.refusals.get(originText(origin))
    return known?.code === code && known.messageHash === messageHash ? [] : [`the dead letter ${place.offset} says that the message at ${originText(origin)} was refused with ${code}, and the log does not`]
  }
  const entry = book.anomalies.get(anomalyId)
  const says = `the dead letter ${place.offset} says that ${anomalyId} was refused with ${code}`
  if (entry === undefined) return [`${says}, and the log never heard of it`]
  if (entry.rejectedWith === undefined) return [`${says}, and the log holds no refusal`]
  if (entry.rejectedWith !== code) return [`${says}, and the log says ${entry.rejectedWith}`]
  return entry.messageHash === messageHash ? [] : [`${says}, and the log knows other bytes`]
}

export function judgeLetters({ refused, letters, copies, unsigned, missing, contradicted }: LettersReport): readonly Finding[] {
  const findings: Finding[] = []
  if (contradicted.length > 0) findings.push(fail('refusals', `${listed(contradicted)}; events are missing from the log, restore the eventlog folder from a copy`))
  else if (missing.length > 0) findings.push(warn('refusals', `${count(missing.length, 'refused message')} of ${refused} without a dead letter: ${listed(missing)}; the recorder sends what is due while it runs`))
  else findings.push(ok('refusals', `${count(refused, 'refused message')}, each with its dead letter${copies === 0 ? '' : `; ${copies} of ${letters + copies} letters came twice and count once`}`))
  if (unsigned > 0) findings.push(warn('dead letters', `${count(unsigned, 'record')} in the topic of dead letters not signed by a recorder of this genesis; nobody acts on them`))
  return findings
}
