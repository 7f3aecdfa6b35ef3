/** Dead letters and their replays for people. Text of strangers is quoted, so that it cannot steer a terminal. */
import Table from 'cli-table3'
import { count } from '../doctor/finding.js'
import type { LetterDocument, LetterLine } from './describe.js'
import type { ReplayLine } from './run-replay.js'

export type LetterList = { readonly letters: readonly LetterLine[]; readonly copies: number; readonly unreadable: readonly { readonly at: string; readonly header: string }[] }

const plainTable = (head: string[]): Table.Table => new Table({ head, style: { head: [], border: [] } })

export function renderLetters({ letters, copies, unreadable }: LetterList): string {
  const table = plainTable(['letter', 'refused at', 'place of the original', 'code', 'bytes', 'anomaly'])
  for (const { letter, at, topic, partition, offset, code, bytes, anomalyId, signed } of letters) {
    table.push([letter, at, printable(`${topic}/${partition}/${offset}`), signed ? code : `${code} (not signed)`, bytes, anomalyId ?? '-'])
  }
  return [
    letters.length === 0 ? 'no dead letters' : `${table.toString()}\n${count(letters.length, 'letter')}`,
    ...(copies === 0 ? [] : [`${count(copies, 'copy').replace('copys', 'copies')} of these, not counted`]),
    ...(unreadable.length === 0 ? [] : [`${count(unreadable.length, 'record')} that no recorder wrote`]),
    ...(letters.length === 0 ? [] : ['More of one: cybermesh dlq show LETTER']),
  ].join('\n')
}

export function renderLetter(document: LetterDocument): string {
  const { letter, topic, partition, offset, code, reason, why, message, head, lives, replayedTo } = document
  const lines: [string, string][] = [
    ['letter', `${letter}${document.signed ? '' : ' (not signed by a recorder of this genesis)'}`],
    ['original', printable(`${topic}/${partition}/${offset}`)],
    ['refused', `${document.at} with ${code}: ${reason}`],
    ['exactly', why ?? 'the bytes are in order; validators remembered something that stood in the way, or their clocks differed'],
    ['lives', lives.map(({ id, state, at }) => `${id} ${state}${at === null ? '' : ` (${printable(at)})`}`).join(', ') || 'none in the event log'],
    ['replayed', replayedTo ?? 'not yet'],
    ['replay', document.forecast],
    ['advice', document.advice],
    ...(document.key === null ? [] : [['key', document.key] as [string, string]]),
    ...Object.entries(document.headers).map(([name, value]): [string, string] => ['header', `${printable(name)}: ${printable(value)}`]),
    ...(message === null ? [['bytes', `${document.bytes}, no message: ${head ?? ''}`] as [string, string]] : Object.entries(message).map(([name, value]): [string, string] => [name, printable(String(value))])),
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n')
}

export function renderReplay({ replayed }: { readonly replayed: readonly ReplayLine[] }): string {
  if (replayed.length === 0) return 'no dead letters to replay'
  const of = (outcome: ReplayLine['outcome']): number => replayed.filter((line) => line.outcome === outcome).length
  return [
    ...replayed.map(({ letter, outcome, at, sentence }) => `${letter}: ${outcome === 'sent' ? `sent again as ${at ?? ''}, ` : ''}${printable(sentence)}`),
    `${of('sent')} sent, ${of('before')} sent before, ${of('committed')} committed already, ${of('held-back')} held back`,
  ].join('\n')
}

/** Without control characters, and not endless. */
function printable(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD')
  return clean.length > 2000 ? `${clean.slice(0, 2000)}…` : clean
}
