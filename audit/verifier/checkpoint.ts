/**
 * The checkpoint (c2sp.org/tlog-checkpoint): a signed note (c2sp.org/signed-note) with the log's signature and those of
 * witnesses (c2sp.org/tlog-cosignature, type 0x04). In a bundle each line of a signature has its key binding, in the
 * same order, and there is nothing else: a line that nobody checks would be a line that anybody can change.
 */
import { bytesOfBase64, bytesOfHex, concat, isEqual, tag, utf8 } from './bytes.js'
import { demand } from './fault.js'
import type { Member, Network } from './genesis.js'
import type { Primitives } from './primitives.js'
import { decimalOf } from './shape.js'

export type Checkpoint = {
  readonly size: number
  readonly root: Uint8Array
  /** The signed text: origin, size and root, each with its line break. */
  readonly body: Uint8Array
  readonly lines: readonly { readonly name: string; readonly blob: Uint8Array }[]
}

/** An identity of genesis says which other key it signs notes with. */
export type KeyBinding = { readonly role: string; readonly identity: string; readonly publicKey: Uint8Array; readonly signature: Uint8Array }

export type Witness = { readonly name: string; /** By the witness's clock, RFC 3339. */ readonly at: string }
export type Signers = { readonly recorder: string; readonly witnesses: readonly Witness[] }

const PART = 'audit.checkpoint'
const KEYS = 'audit.keys'
const LOG_SIGNATURE = 0x01
const COSIGNATURE = 0x04
/** One for the log and one for each of at most 100 validators. */
export const MAX_SIGNERS = 101
const MAX_SECONDS = 253_402_300_799

export const originOf = (chainId: string): string => `cybermesh/${chainId}`

export function readCheckpoint(text: string, { chainId }: Network): Checkpoint {
  const split = text.indexOf('\n\n')
  demand(split > 0 && text.endsWith('\n'), PART, 'it is not a signed note')
  const body = text.slice(0, split + 1)
  const [origin, size, root, ...rest] = body.slice(0, -1).split('\n')
  demand(origin === originOf(chainId), PART, 'it is of another log than that of this chain')
  demand(size !== undefined && root !== undefined && rest.length === 0, PART, 'it must have three lines: origin, size and root')
  const rootBytes = bytesOfBase64(root, PART, 'the root')
  demand(rootBytes.length === 32, PART, 'the root must have 32 bytes')
  const signatures = text.slice(split + 2, -1).split('\n')
  demand(signatures.length <= MAX_SIGNERS, PART, `${signatures.length} signatures, at most ${MAX_SIGNERS} are read`)
  const lines = signatures.map((line) => {
    const [dash, name, blob, ...more] = line.split(' ')
    demand(dash === '—' && name !== undefined && blob !== undefined && more.length === 0, PART, 'a line of a signature has another shape')
    return { name, blob: bytesOfBase64(blob, PART, `the signature of ${name}`) }
  })
  return { size: decimalOf(size, PART, 'the size'), root: rootBytes, body: utf8(body), lines }
}

/** Every signature by the key that its binding names, the first one the log's, and a quorum of witnesses. */
export function checkSigners({ body, lines }: Checkpoint, bindings: readonly KeyBinding[], network: Network, primitives: Primitives): Signers {
  const { recorders, validators } = network
  const origin = originOf(network.chainId)
  demand(bindings.length === lines.length, KEYS, `${bindings.length} keys for ${lines.length} signatures of audit.checkpoint`)
  const [logKey, ...witnessKeys] = bindings
  const [logLine, ...witnessLines] = lines
  demand(logKey !== undefined && logLine !== undefined, PART, 'nobody signed it')

  const recorder = checkBinding(logKey, 'log', recorders, network, primitives)
  const logSignature = signatureIn(logLine, origin, logKey, LOG_SIGNATURE, 64, primitives)
  demand(primitives.verifyEd25519(logSignature, body, logKey.publicKey), PART, `the signature of ${recorder.name} does not verify`)

  const seen = new Set<string>()
  const witnesses = witnessKeys.map((key, i): Witness => {
    const validator = checkBinding(key, 'witness', validators, network, primitives)
    demand(!seen.has(key.identity), KEYS, `${validator.name} is there twice`)
    seen.add(key.identity)
    const name = `${origin}/witness/${key.identity.slice(0, 16)}`
    const blob = signatureIn(witnessLines[i] as Checkpoint['lines'][number], name, key, COSIGNATURE, 72, primitives)
    const seconds = new DataView(blob.buffer).getBigUint64(0)
    demand(seconds <= BigInt(MAX_SECONDS), PART, `the cosignature of ${validator.name} has a time that is none`)
    const message = concat(utf8(`cosignature/v1\ntime ${seconds}\n`), body)
    demand(primitives.verifyEd25519(blob.slice(8), message, key.publicKey), PART, `the cosignature of ${validator.name} does not verify`)
    return { name: validator.name, at: new Date(Number(seconds) * 1000).toISOString() }
  })
  demand(witnesses.length >= network.witnesses, PART, `${witnesses.length} witnesses, a quorum is ${network.witnesses} of ${validators.length}`)
  return { recorder: recorder.name, witnesses }
}

/** The signature in a line, behind the four bytes that say whose it is. */
function signatureIn({ name, blob }: Checkpoint['lines'][number], expected: string, { publicKey }: KeyBinding, type: number, length: number, { sha256 }: Primitives): Uint8Array {
  demand(name === expected, PART, `a signature of ${JSON.stringify(name)} stands where one of ${expected} belongs`)
  demand(blob.length === 4 + length, PART, `the signature of ${name} has ${blob.length} bytes, not ${4 + length}`)
  const keyId = sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4)
  demand(isEqual(blob.slice(0, 4), keyId), PART, `the signature of ${name} is by another key than audit.keys says`)
  return blob.slice(4)
}

function checkBinding({ role, identity, publicKey, signature }: KeyBinding, expected: 'log' | 'witness', members: readonly Member[], { chainId }: Network, { verifyEd25519 }: Primitives): Member {
  const member = members.find((entry) => entry.publicKey === identity)
  demand(role === expected, KEYS, `a key has the role ${JSON.stringify(role)} where "${expected}" belongs`)
  demand(member !== undefined, KEYS, `genesis names no ${expected === 'log' ? 'recorder' : 'validator'} with the key ${identity}`)
  const message = concat(tag('cybermesh/note-key/v1'), bytesOfHex(chainId, 32, 'genesis', 'chainId'), Uint8Array.of(role === 'log' ? 0 : 1), publicKey)
  demand(verifyEd25519(signature, message, bytesOfHex(identity, 32, KEYS, 'identity')), KEYS, `${member.name} did not sign the key that is said to be its own`)
  return member
}
