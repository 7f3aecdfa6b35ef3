/**
 * The log's side of one witness: what it cosigned last, its key, and how to get its cosignature.
 * https://c2sp.org/tlog-witness#add-checkpoint
 */
import { hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { checkBinding } from '../notes/audit-keys.js'
import { parseSize } from '../notes/checkpoint.js'
import { cosignatureVerifier } from '../notes/cosignature.js'
import { keyBindingSchema, type KeyBinding } from '../notes/key-binding.js'
import { checkSignatures, parseSignatureLines, type NoteSignature } from '../notes/note.js'
import { witnessNameOf } from '../notes/note-keys.js'
import { ADD_CHECKPOINT, ADD_LOG, encodeAddCheckpoint, SIZE_TYPE, WITNESS_KEYS } from '../witness/messages.js'
import { fetchBounded, type Answer } from '../fetch-bounded.js'

export type WitnessAddress = {
  /** Public key of the validator, hex. */
  readonly identity: string
  /** Where its operations server answers, without a path. */
  readonly url: string
}

export type Candidate = {
  readonly text: string
  readonly size: bigint
  /** The text with the log's signature. */
  readonly note: Uint8Array
  /** Consistency proof from that many entries, which are at least 1. */
  prove(oldSize: bigint): Promise<readonly Uint8Array[]>
}

export type WitnessClient = {
  readonly identity: string
  /** Its binding, once it was asked. */
  binding(): KeyBinding | undefined
  /** Throws Error with a sentence that says why there is no cosignature. */
  cosign(candidate: Candidate, signal: AbortSignal): Promise<NoteSignature>
}

export type WitnessClientOptions = {
  readonly address: WitnessAddress
  readonly genesis: Genesis
  readonly log: KeyBinding
  /** From an earlier run; its key is derived from its identity and does not change. */
  readonly known?: KeyBinding | undefined
  readonly verify: VerifySignature
  readonly withinMs?: number
}

const MOST_ANSWER_BYTES = 16 * 1024
/** Of one candidate: where the witness stands may have to be learned, and a log may have to be made known. */
const MOST_TRIES = 4

export function createWitnessClient({ address: { identity, url }, genesis, log, known, verify, withinMs = 3000 }: WitnessClientOptions): WitnessClient {
  const base = url.replace(/\/+$/, '')
  let binding = known
  let size = 0n
  const bound = { withinMs, mostBytes: MOST_ANSWER_BYTES }

  const learnKey = async (signal: AbortSignal): Promise<KeyBinding> => {
    const { status, body } = await fetchBounded(`${base}${WITNESS_KEYS}`, { ...bound, signal })
    if (status !== 200) throw new Error(`${base}${WITNESS_KEYS} answers ${status}: ${sentenceIn(body)}`)
    const parsed = keyBindingSchema.safeParse(jsonIn(body))
    if (!parsed.success) throw new Error(`${base}${WITNESS_KEYS} gives no key binding`)
    checkBinding('witness key', parsed.data, 'witness', genesis.validators.filter(({ publicKey }) => publicKey === identity), genesis.chainId, verify)
    return parsed.data
  }
  const post = (path: string, body: Uint8Array, signal: AbortSignal): Promise<Answer> => fetchBounded(`${base}${path}`, { ...bound, method: 'POST', body, signal })

  return {
    identity,
    binding: () => binding,
    async cosign(candidate, signal) {
      const key = binding ??= await learnKey(signal)
      let isIntroduced = false
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const proof = size === 0n ? [] : await candidate.prove(size)
        const { status, type, body } = await post(ADD_CHECKPOINT, encodeAddCheckpoint({ oldSize: size, proof, checkpoint: candidate.note }), signal)
        if (status === 200) {
          const line = lineOf(candidate.text, body, key, genesis.chainId, verify)
          size = candidate.size
          return line
        }
        const theirs = status === 409 && type.startsWith(SIZE_TYPE) ? parseSize(sentenceIn(body)) : undefined
        if (theirs !== undefined && theirs > candidate.size) throw new Error(`it has cosigned ${theirs} entries already, more than this log has: is the event log an older copy?`)
        if (theirs !== undefined) size = theirs
        else if (status === 403 && !isIntroduced) {
          isIntroduced = true
          await post(ADD_LOG, utf8ToBytes(JSON.stringify(log)), signal)
        } else throw new Error(`it answers ${status}: ${sentenceIn(body)}`)
      }
      throw new Error(`it did not settle on a size in ${MOST_TRIES} tries`)
    },
  }
}

/** Its line under the text; lines of others are nothing to us. */
function lineOf(text: string, body: Uint8Array, key: KeyBinding, chainId: string, verify: VerifySignature): NoteSignature {
  const verifier = cosignatureVerifier(witnessNameOf(chainId, hexToBytes(key.identity)), hexToBytes(key.publicKey), verify)
  const [line] = checkSignatures(text, parseSignatureLines(Buffer.from(body).toString('utf8')), [verifier]).verified
  if (line === undefined) throw new Error('it gave no cosignature of its own key')
  return line
}

const sentenceIn = (body: Uint8Array): string => Buffer.from(body.subarray(0, 300)).toString('utf8').trim()

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
