/** Refused messages to the topic of dead letters, signed by the recorder, with the bytes as they came. */
import type { Signer } from '../../domain/crypto.js'
import type { ChainId } from '../../domain/ids.js'
import type { DeadLetterSink } from '../../eventlog/recorder/ports.js'
import { TOPICS, type Transport } from '../transport/transport.js'
import { letterRecord } from './letter.js'

/** The key is the origin and the same letter has the same bytes, so a second copy is recognised. */
export function deadLetterSinkOf(
  transport: Pick<Transport, 'send'>, by?: { readonly signer: Signer; readonly chainId: ChainId }, topic: string = TOPICS.deadLetters.name,
): DeadLetterSink {
  return { send: async (letters) => void await transport.send(letters.map((letter) => letterRecord(letter, by, topic))) }
}
