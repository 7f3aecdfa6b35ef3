/** The topics and the event log of a data folder, running or stopped, for work on dead letters. */
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import { readLetters, type LetterBox, type LetterTrust, type ReceivedLetter, type Transport } from '../../ingest/index.js'
import type { Genesis } from '../../domain/genesis.js'
import type { ChainId } from '../../domain/ids.js'
import { isRejectCode } from '../../ingest/index.js'
import type { DataFolder } from '../data-folder/open.js'
import { openTransport } from '../roles/engines.js'
import { transportEngineOf } from '../shared/folder-transport.js'
import { UserError } from '../shared/user-error.js'

export const trustOf = ({ chainId, recorders }: Genesis): LetterTrust =>
  ({ chainId: chainId as ChainId, recorders: new Set(recorders.map(({ publicKey }) => publicKey)), verify: createVerifier() })

/** Undefined where no topic was ever written. */
export async function openTopicsOf({ layout }: DataFolder): Promise<Transport | undefined> {
  const engine = transportEngineOf(layout)
  return engine.kind === 'embedded' && !hasStore(engine.path) ? undefined : openTransport(engine)
}

const NO_LETTERS: LetterBox = { letters: [], copies: new Map(), unreadable: new Map() }

/** Without topics there are no letters, and `work` gets no transport. */
export async function withLetters<T>(data: DataFolder, work: (box: LetterBox, transport: Transport | undefined) => Promise<T>): Promise<T> {
  const transport = await openTopicsOf(data)
  try {
    return await work(transport === undefined ? NO_LETTERS : await readLetters(transport, trustOf(data.genesis)), transport)
  } finally {
    await transport?.close()
  }
}

/** Throws UserError where no topic was ever written. */
export async function withOpenTopics<T>(data: DataFolder, work: (transport: Transport) => Promise<T>): Promise<T> {
  const transport = await openTopicsOf(data)
  if (transport === undefined) throw new UserError('NO_TOPICS', `${data.layout.folder} has no topics yet; start the mesh once with \`cybermesh up --data ${data.layout.folder}\``)
  try {
    return await work(transport)
  } finally {
    await transport.close()
  }
}

/** `17`, or `1/17` where the topic of dead letters has more than one partition. */
export const nameOf = ({ place }: ReceivedLetter): string => (place.partition === 0 ? String(place.offset) : `${place.partition}/${place.offset}`)

/** The letter that an operator names; a copy stands for the letter it repeats. Throws UserError. */
export function letterNamed({ letters, copies, unreadable }: LetterBox, word: string): ReceivedLetter {
  const match = /^(?:(\d{1,5})\/)?(\d{1,15})$/.exec(word)
  if (match === null) throw new UserError('BAD_OPTION', `a dead letter is named by its offset, a whole number from 0, got ${word}; \`cybermesh dlq list\` shows them`)
  const [partition, offset] = [Number(match[1] ?? 0), Number(match[2])]
  const found = letters.find(({ place }) => place.partition === partition && place.offset === offset)
    ?? [...copies].find(([place]) => place.endsWith(`/${partition}/${offset}`))?.[1]
  if (found !== undefined) return found
  const header = [...unreadable].find(([place]) => place.endsWith(`/${partition}/${offset}`))?.[1]
  if (header !== undefined) throw new UserError('NO_LETTER', `the record at ${word} is no dead letter: its header ${header} is missing or wrong; no recorder wrote it`)
  throw new UserError('NO_LETTER', `there is no dead letter at ${word}; \`cybermesh dlq list\` shows them`)
}

export type LetterFilter = { readonly reason?: string; readonly topic?: string }

/** Throws UserError where the code is none. */
export function filterLetters(letters: readonly ReceivedLetter[], { reason, topic }: LetterFilter): readonly ReceivedLetter[] {
  if (reason !== undefined && !isRejectCode(reason)) throw new UserError('BAD_OPTION', `${reason} is no reason code; see docs/dead-letters.md`)
  return letters.filter(({ code, origin }) => (reason === undefined || code === reason) && (topic === undefined || origin.topic === topic))
}
