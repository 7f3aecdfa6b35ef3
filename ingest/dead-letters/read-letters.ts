/** The letters of the topic, each once: a recorder that was killed may have sent one again. */
import { TOPICS, type Transport } from '../transport/transport.js'
import { originText, readLetter, type LetterTrust, type ReceivedLetter } from './letter.js'
import { readTopic } from './read-topic.js'

export type LetterBox = {
  /** In the order in which they came, each place of an original once. */
  readonly letters: readonly ReceivedLetter[]
  /** Places of records that say again what a letter before them said, and of which letter. */
  readonly copies: ReadonlyMap<string, ReceivedLetter>
  /** Places of records that are no letters, with the header at fault. */
  readonly unreadable: ReadonlyMap<string, string>
}

export async function readLetters(transport: Pick<Transport, 'endOffsets' | 'consume'>, trust: LetterTrust, topic: string = TOPICS.deadLetters.name): Promise<LetterBox> {
  const first = new Map<string, ReceivedLetter>()
  const copies = new Map<string, ReceivedLetter>()
  const unreadable = new Map<string, string>()
  await readTopic(transport, topic, (record) => {
    const read = readLetter(record, trust)
    if (read.kind === 'unreadable') return void unreadable.set(originText(read.place), read.header)
    const { letter } = read
    const key = originText(letter.origin)
    const known = first.get(key)
    if (known === undefined) first.set(key, letter)
    // A stranger's letter must not hide the recorder's.
    else if (!known.isSigned && letter.isSigned) first.set(key, letter)
    else copies.set(originText(letter.place), known)
  })
  return { letters: [...first.values()].sort(byPlace), copies, unreadable }
}

const byPlace = (a: ReceivedLetter, b: ReceivedLetter): number => a.place.partition - b.place.partition || a.place.offset - b.place.offset
