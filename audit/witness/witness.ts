/**
 * A validator as a witness of the audit log. Check, persist and sign happen in one synchronous step, so of two requests
 * at once the second sees what the first one persisted, and no cosignature leaves that a restart would not remember.
 * https://c2sp.org/tlog-witness
 */
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { sha256OfText } from '../../domain/hash.js'
import { checkBinding } from '../notes/audit-keys.js'
import { originOf, parseCheckpoint } from '../notes/checkpoint.js'
import { cosign } from '../notes/cosignature.js'
import { AuditFormatError } from '../errors.js'
import { bindKey, keyBindingSchema, type KeyBinding } from '../notes/key-binding.js'
import { checkSignatures, ed25519Verifier, formatNote, formatSignatureLine, parseNote, type Note, type NoteSignature } from '../notes/note.js'
import { deriveNoteSigner, witnessNameOf } from '../notes/note-keys.js'
import { createAllowance } from './allowance.js'
import { decideCosigning } from './decide.js'
import type { WitnessMemory } from './memory.js'
import { parseAddCheckpoint, SIZE_TYPE } from './messages.js'

export type WitnessAnswer = { readonly status: number; readonly type: string; readonly body: string }

export type WitnessStatus = { readonly size: string | undefined; readonly cosigned: number; readonly refused: number; readonly lastRefusal: string | undefined }

export type Witness = {
  /** The body of POST add-checkpoint. */
  addCheckpoint(body: Uint8Array): WitnessAnswer
  /** A recorder's binding of the key that signs its checkpoints. */
  addLog(body: Uint8Array): WitnessAnswer
  keys(): WitnessAnswer
  /** The newest checkpoint cosigned, for monitors. */
  checkpoint(originHash: string): WitnessAnswer
  status(): WitnessStatus
}

export type WitnessOptions = {
  readonly genesis: Genesis
  /** The validator's identity, and its private key, from which the witness's own is derived. */
  readonly identity: Signer
  readonly identitySeed: Uint8Array
  readonly memory: WitnessMemory
  readonly verify: VerifySignature
  /** UTC milliseconds. */
  readonly now: () => number
  /** Told of what a log should never send: two trees of one size, or a tree that is no continuation. */
  readonly onAlarm?: (sentence: string) => void
}

/** A log asks every other second. */
const PER_SECOND = 20
const AT_ONCE = 40

const TEXT = 'text/plain; charset=utf-8'

export function createWitness({ genesis, identity, identitySeed, memory, verify, now, onAlarm = () => undefined }: WitnessOptions): Witness {
  const { chainId } = genesis
  const origin = originOf(chainId)
  const originHash = bytesToHex(sha256OfText(origin))
  const signer = deriveNoteSigner('witness', identitySeed, chainId)
  const name = witnessNameOf(chainId, identity.publicKey)
  const binding = bindKey(identity, chainId, 'witness', signer.publicKey)
  const isAllowed = createAllowance(PER_SECOND, AT_ONCE, now)
  let cosigned = 0
  let refused = 0
  let lastRefusal: string | undefined
  /** Under the text that is persisted. */
  let newest: NoteSignature | undefined

  const refuse = (status: number, sentence: string, type = TEXT): WitnessAnswer => {
    refused += 1
    lastRefusal = sentence
    return { status, type, body: `${sentence}\n` }
  }
  const alarm = (status: number, sentence: string): WitnessAnswer => {
    onAlarm(sentence)
    return refuse(status, sentence)
  }
  const cosignNow = (text: string): NoteSignature => (newest = cosign(name, signer, text, Math.floor(now() / 1000)))

  /** Lines of logs that are known; throws where one of them is false. */
  const linesOfLogs = ({ text, signatures }: Note): readonly NoteSignature[] =>
    checkSignatures(text, signatures, memory.read().logs.map(({ publicKey }) => ed25519Verifier(origin, hexToBytes(publicKey), verify))).verified

  const consider = (body: Uint8Array): WitnessAnswer => {
    const request = parseAddCheckpoint(body)
    const note = parseNote(request.checkpoint)
    const next = parseCheckpoint(note.text)
    if (next.origin !== origin) return refuse(404, `this witness does not know the log ${next.origin}`)
    let lines: readonly NoteSignature[]
    try {
      lines = linesOfLogs(note)
    } catch (error) {
      return refuse(403, (error as Error).message)
    }
    if (lines.length === 0) return refuse(403, 'no log that this witness knows signed the checkpoint; make its key known first')
    const { logs, checkpoint } = memory.read()
    const before = checkpoint === undefined ? undefined : parseNote(checkpoint).text
    const decision = decideCosigning(before === undefined ? undefined : parseCheckpoint(before), request.oldSize, request.proof, next)
    switch (decision.kind) {
      case 'sizes-out-of-order': return refuse(400, `the old size ${request.oldSize} is larger than the checkpoint's ${next.size}`)
      case 'other-size': return refuse(409, String(decision.size), SIZE_TYPE)
      case 'other-root': return alarm(409, `this witness cosigned another root for ${next.size} entries`)
      case 'refuted': return alarm(422, `the proof does not show that ${next.size} entries continue ${request.oldSize}: ${decision.fault}`)
      case 'cosign': {
        if (note.text !== before) memory.write({ logs, checkpoint: formatNote(note.text, lines) })
        cosigned += 1
        return { status: 200, type: TEXT, body: formatSignatureLine(cosignNow(note.text)) }
      }
    }
  }

  const learn = (body: Uint8Array): WitnessAnswer => {
    let log: KeyBinding
    try {
      log = keyBindingSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')))
    } catch {
      return refuse(400, 'the body must be the key binding of a log as JSON')
    }
    try {
      checkBinding('binding', log, 'log', genesis.recorders, chainId, verify)
    } catch (error) {
      return refuse(403, (error as Error).message)
    }
    const { logs, checkpoint } = memory.read()
    // A key is derived from its identity: there is one for each recorder, so the list is as long as that of the genesis.
    if (!logs.some(({ identity: known }) => known === log.identity)) memory.write({ logs: [...logs, log], checkpoint })
    return { status: 200, type: TEXT, body: 'known\n' }
  }

  const bounded = (act: () => WitnessAnswer): WitnessAnswer => {
    if (!isAllowed()) return { status: 429, type: TEXT, body: `at most ${PER_SECOND} requests a second\n` }
    try {
      return act()
    } catch (error) {
      if (error instanceof AuditFormatError) return refuse(400, error.message)
      throw error
    }
  }

  return {
    addCheckpoint: (body) => bounded(() => consider(body)),
    addLog: (body) => bounded(() => learn(body)),
    keys: () => ({ status: 200, type: 'application/json', body: JSON.stringify(binding) }),
    checkpoint(asked) {
      const { checkpoint } = memory.read()
      if (asked !== originHash || checkpoint === undefined) return { status: 404, type: TEXT, body: 'no checkpoint of this log was cosigned here\n' }
      const { text, signatures } = parseNote(checkpoint)
      return { status: 200, type: TEXT, body: Buffer.from(formatNote(text, [...signatures, newest ?? cosignNow(text)])).toString('utf8') }
    },
    status: () => ({ size: sizeOf(memory.read().checkpoint), cosigned, refused, lastRefusal }),
  }
}

const sizeOf = (checkpoint: Uint8Array | undefined): string | undefined => (checkpoint === undefined ? undefined : String(parseCheckpoint(parseNote(checkpoint).text).size))
