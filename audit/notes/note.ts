/**
 * Signed notes: text, a blank line and signature lines. Who wrote a text is known by name and key id together; lines of
 * keys that are not known are passed over, a bad line of a known key refuses the whole note.
 * https://c2sp.org/signed-note
 */
import { bytesToHex, concatBytes, utf8ToBytes } from '../../domain/bytes.js'
import { PUBLIC_KEY_BYTES, type Signer, type VerifySignature } from '../../domain/crypto.js'
import { sha256 } from '../../domain/hash.js'
import { decodeBase64, encodeBase64 } from './base64.js'
import { AuditFormatError } from '../errors.js'

/** Room for a log, a hundred validators and others whom the log knows. */
export const MOST_SIGNATURES = 128
export const LARGEST_NOTE_BYTES = 64 * 1024

/** Signature types of https://c2sp.org/signed-note#signature-types. */
export const ED25519 = 0x01
export const COSIGNATURE_V1 = 0x04

export type NoteSignature = {
  readonly name: string
  /** Four bytes as eight hex digits. */
  readonly keyId: string
  readonly signature: Uint8Array
}

export type Note = {
  /** Ends with a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export type NoteVerifier = {
  readonly name: string
  readonly keyId: string
  verify(text: string, signature: Uint8Array): boolean
}

export type NoteSigner = {
  readonly name: string
  readonly keyId: string
  sign(text: string): Uint8Array
}

export type OpenedNote = {
  readonly text: string
  /** Lines of known keys, each verified, one a key. */
  readonly verified: readonly NoteSignature[]
  /** Lines of keys that are not known: nobody's word. */
  readonly unknown: readonly NoteSignature[]
}

// U+0085 is a space in Unicode but not in ECMAScript.
const NO_NAME = /[\s\u0085+]/u
export const isKeyName = (name: string): boolean => name.length > 0 && !NO_NAME.test(name)

/** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), hex. */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): string {
  return bytesToHex(sha256(concatBytes(utf8ToBytes(name), Uint8Array.of(0x0a, type), publicKey)).subarray(0, 4))
}

export function ed25519Verifier(name: string, publicKey: Uint8Array, verify: VerifySignature): NoteVerifier {
  return { name, keyId: keyIdOf(name, ED25519, publicKey), verify: (text, signature) => verify(publicKey, utf8ToBytes(text), signature) }
}

export function ed25519NoteSigner(name: string, signer: Signer): NoteSigner {
  return { name, keyId: keyIdOf(name, ED25519, signer.publicKey), sign: (text) => signer.sign(utf8ToBytes(text)) }
}

export type NoteKey = { readonly name: string; readonly keyId: string; readonly type: number; readonly publicKey: Uint8Array }

/** `name+keyid+base64(type ‖ public key)`: how a stranger is told of a key. */
export const formatVerifierKey = (name: string, type: number, publicKey: Uint8Array): string =>
  `${name}+${keyIdOf(name, type, publicKey)}+${encodeBase64(concatBytes(Uint8Array.of(type), publicKey))}`

/** Throws AuditFormatError. */
export function parseVerifierKey(text: string): NoteKey {
  const refuse = (reason: string): never => {
    throw new AuditFormatError('verifier key', reason)
  }
  const [name = '', keyId = '', ...rest] = text.split('+')
  if (!isKeyName(name)) refuse('its name is empty or has a space')
  // Base64 has plus signs of its own.
  const bytes = decodeBase64(rest.join('+'))
  const type = bytes?.[0]
  if (bytes === undefined || type === undefined) return refuse('the key is not base64')
  const publicKey = bytes.slice(1)
  if ((type === ED25519 || type === COSIGNATURE_V1) && publicKey.length !== PUBLIC_KEY_BYTES) refuse(`an Ed25519 key has ${PUBLIC_KEY_BYTES} bytes, this one ${publicKey.length}`)
  if (keyIdOf(name, type, publicKey) !== keyId) refuse('the key id does not belong to this name and key')
  return { name, keyId, type, publicKey }
}

export const formatSignatureLine = ({ name, keyId, signature }: NoteSignature): string => `— ${name} ${encodeBase64(concatBytes(Buffer.from(keyId, 'hex'), signature))}\n`

/** Throws AuditFormatError where the text could not be read back. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): Uint8Array {
  checkText(text)
  return utf8ToBytes(`${text}\n${signatures.map(formatSignatureLine).join('')}`)
}

/** The signature of one key under a text. */
export function signNote(text: string, { name, keyId, sign }: NoteSigner): NoteSignature {
  checkText(text)
  return { name, keyId, signature: sign(text) }
}

function checkText(text: string): void {
  if (!text.endsWith('\n')) throw new AuditFormatError('note.text', 'must end with a newline')
  if (hasControl(text)) throw new AuditFormatError('note.text', 'has a control character')
}

/** ASCII control characters but for the newline. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 && code !== 0x0a) return true
  }
  return false
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the form alone; nothing in it is anybody's word yet. Throws AuditFormatError. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > LARGEST_NOTE_BYTES) throw new AuditFormatError('note', `${bytes.length} bytes exceed the limit of ${LARGEST_NOTE_BYTES}`)
  let whole: string
  try {
    whole = decoder.decode(bytes)
  } catch {
    throw new AuditFormatError('note', 'is not UTF-8')
  }
  if (hasControl(whole)) throw new AuditFormatError('note', 'has a control character')
  // The last empty line: the text may have others.
  const end = whole.lastIndexOf('\n\n')
  if (end < 0) throw new AuditFormatError('note', 'has no blank line between text and signatures')
  const text = whole.slice(0, end + 1)
  return { text, signatures: parseSignatureLines(whole.slice(end + 2)) }
}

/** Throws AuditFormatError. */
export function parseSignatureLines(text: string): NoteSignature[] {
  if (!text.endsWith('\n')) throw new AuditFormatError('note.signatures', 'the last line must end with a newline')
  const lines = text.slice(0, -1).split('\n')
  if (lines.length > MOST_SIGNATURES) throw new AuditFormatError('note.signatures', `${lines.length} lines exceed the limit of ${MOST_SIGNATURES}`)
  return lines.map(parseSignatureLine)
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name = '', base64 = '', ...rest] = line.split(' ')
  const bytes = decodeBase64(base64)
  if (dash !== '—' || rest.length > 0 || !isKeyName(name)) throw new AuditFormatError('note.signatures', 'a line must be an em dash, a key name and base64')
  if (bytes === undefined || bytes.length < 5) throw new AuditFormatError('note.signatures', `the line of ${name} has no base64 of a key id and a signature`)
  return { name, keyId: bytesToHex(bytes.subarray(0, 4)), signature: bytes.slice(4) }
}

/**
 * Checks a note against the keys one knows. A second line of the same key adds nothing and is dropped once it verified.
 * Throws AuditFormatError where a known key's line is bad; whether enough keys signed is for the caller to say.
 */
export function openNote(bytes: Uint8Array, known: readonly NoteVerifier[]): OpenedNote {
  const { text, signatures } = parseNote(bytes)
  return { text, ...checkSignatures(text, signatures, known) }
}

export function checkSignatures(text: string, signatures: readonly NoteSignature[], known: readonly NoteVerifier[]): Omit<OpenedNote, 'text'> {
  const verified = new Map<string, NoteSignature>()
  const unknown: NoteSignature[] = []
  const verifiers = new Map(known.map((verifier) => [`${verifier.name} ${verifier.keyId}`, verifier]))
  for (const line of signatures) {
    const key = `${line.name} ${line.keyId}`
    const verifier = verifiers.get(key)
    if (verifier === undefined) unknown.push(line)
    else if (!verifier.verify(text, line.signature)) throw new AuditFormatError('note.signatures', `the signature of ${line.name} is false`)
    else if (!verified.has(key)) verified.set(key, line)
  }
  return { verified: [...verified.values()], unknown }
}
