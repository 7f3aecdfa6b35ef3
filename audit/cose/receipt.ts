/**
 * The audit part of a proof as a COSE receipt, so that SCITT tools read it: a COSE_Sign1 whose payload, the root of the
 * tree, is detached and follows from entry and proof (https://www.rfc-editor.org/rfc/rfc9942, §5.2 for RFC9162_SHA256).
 * The log's name, and with it the chain id, is in the protected header, since a signature over a bare root would fit any
 * log; so is the tree's size, which a path alone leaves open.
 */
import { bytesEqual } from '../../domain/bytes.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { AuditFormatError } from '../errors.js'
import { decodeCbor, encodeCbor, isArray, isMap, isTag, memberOf, type Cbor } from './cbor.js'

// Labels of https://www.iana.org/assignments/cose/cose.xhtml.
const ALG = 1
const KID = 4
/** RFC 9597. */
const CWT_CLAIMS = 15
const VDS = 395
const VDP = 396
const EDDSA = -8
/** RFC 8392 §3.1.1 and §3.1.2. */
const ISSUER = 1
const SUBJECT = 2
const RFC9162_SHA256 = 1
const INCLUSION_PROOFS = -1
const COSE_SIGN1 = 18

/** Levels of any tree; checked before anything is hashed. */
const LONGEST_PATH = 63
export const LARGEST_RECEIPT_BYTES = 16 * 1024

export type InclusionProof = { readonly size: number; readonly index: number; readonly path: readonly Uint8Array[] }

/** What the log signs for one of its trees: the same for every receipt at that size. */
export type CoseRoot = { readonly protectedHeader: Uint8Array; readonly signature: Uint8Array }

export type CoseReceipt = CoseRoot & {
  /** Name of the log. */
  readonly issuer: string
  readonly keyId: Uint8Array
  readonly proof: InclusionProof
}

/** @param issuer the log's origin, which has the chain id in it */
export function protectedHeaderOf(issuer: string, keyId: Uint8Array, size: number): Uint8Array {
  return encodeCbor({ map: [[ALG, EDDSA], [KID, keyId], [CWT_CLAIMS, { map: [[ISSUER, issuer], [SUBJECT, subjectOf(size)]] }], [VDS, RFC9162_SHA256]] })
}

const subjectOf = (size: number): string => `tree/${size}`

/** Sig_structure of RFC 9052 §4.4. */
export const coseSignBytes = (protectedHeader: Uint8Array, root: Uint8Array): Uint8Array => encodeCbor(['Signature1', protectedHeader, new Uint8Array(0), root])

/** @param signer the key that signs the log's checkpoints */
export function signRoot(issuer: string, keyId: Uint8Array, { size, root }: { readonly size: number; readonly root: Uint8Array }, signer: Signer): CoseRoot {
  const protectedHeader = protectedHeaderOf(issuer, keyId, size)
  return { protectedHeader, signature: signer.sign(coseSignBytes(protectedHeader, root)) }
}

export function encodeReceipt({ protectedHeader, signature }: CoseRoot, { size, index, path }: InclusionProof): Uint8Array {
  const proof = encodeCbor([size, index, path])
  return encodeCbor({ tag: COSE_SIGN1, value: [protectedHeader, { map: [[VDP, { map: [[INCLUSION_PROOFS, [proof]]] }]] }, null, signature] })
}

/** Throws AuditFormatError naming the field. */
export function decodeReceipt(bytes: Uint8Array): CoseReceipt {
  const refuse = (field: string, reason: string): never => {
    throw new AuditFormatError(`receipt.${field}`, reason)
  }
  if (bytes.length > LARGEST_RECEIPT_BYTES) refuse('size', `${bytes.length} bytes, at most ${LARGEST_RECEIPT_BYTES} are read`)
  const message = decodeCbor(bytes, 'receipt')
  if (!isTag(message) || message.tag !== COSE_SIGN1 || !isArray(message.value) || message.value.length !== 4) return refuse('message', 'is no COSE_Sign1')
  const [protectedHeader, unprotected, payload, signature] = message.value
  if (!(protectedHeader instanceof Uint8Array)) return refuse('protected', 'must be bytes')
  if (payload !== null) return refuse('payload', 'must be absent: the root follows from entry and proof')
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return refuse('signature', 'must have 64 bytes')
  const header = decodeCbor(protectedHeader, 'receipt.protected')
  const [issuer, keyId] = [memberOf(memberOf(header, CWT_CLAIMS), ISSUER), memberOf(header, KID)]
  if (memberOf(header, ALG) !== EDDSA) return refuse('alg', 'must be EdDSA')
  if (memberOf(header, VDS) !== RFC9162_SHA256) return refuse('vds', 'must be RFC9162_SHA256')
  if (typeof issuer !== 'string') return refuse('issuer', 'is missing')
  if (!(keyId instanceof Uint8Array)) return refuse('kid', 'is missing')
  if (!isMap(unprotected) || unprotected.map.length !== 1) return refuse('unprotected', 'must hold the proofs alone')
  const proof = readProof(unprotected, refuse)
  const subject = memberOf(memberOf(header, CWT_CLAIMS), SUBJECT)
  if (subject !== subjectOf(proof.size)) return refuse('proof', `is of ${proof.size} entries, what was signed is ${String(subject)}`)
  // One way to write it: nothing stands in the header that is not looked at here.
  if (!bytesEqual(protectedHeader, protectedHeaderOf(issuer, keyId, proof.size))) return refuse('protected', 'has members that do not belong there')
  return { protectedHeader, signature, issuer, keyId, proof }
}

function readProof(unprotected: Cbor, refuse: (field: string, reason: string) => never): InclusionProof {
  const proofs = memberOf(unprotected, VDP)
  const inclusion = memberOf(proofs, INCLUSION_PROOFS)
  if (!isMap(proofs) || proofs.map.length !== 1 || !isArray(inclusion) || inclusion.length !== 1) return refuse('vdp', 'must hold one inclusion proof')
  const [encoded] = inclusion
  const parts = encoded instanceof Uint8Array ? decodeCbor(encoded, 'receipt.proof') : refuse('proof', 'must be bytes')
  if (!isArray(parts) || parts.length !== 3) return refuse('proof', 'must be size, index and path')
  const [size, index, path] = parts
  if (typeof size !== 'number' || typeof index !== 'number' || index < 0 || size <= index) return refuse('proof', `index ${String(index)} is not in a tree of size ${String(size)}`)
  if (!isArray(path) || path.length > LONGEST_PATH) return refuse('path', `must have at most ${LONGEST_PATH} hashes`)
  return { size, index, path: path.map((hash) => (hash instanceof Uint8Array && hash.length === 32 ? hash : refuse('path', 'must hold hashes of 32 bytes'))) }
}

/** Whether the key signed this root under this header. */
export const isRootSigned = ({ protectedHeader, signature }: CoseRoot, root: Uint8Array, publicKey: Uint8Array, verify: VerifySignature): boolean =>
  verify(publicKey, coseSignBytes(protectedHeader, root), signature)

/** What the log signs for receipts at one size, as it lies beside `checkpoint`. */
export const encodeCoseRoot = ({ protectedHeader, signature }: CoseRoot): Uint8Array => encodeCbor([protectedHeader, signature])

export function decodeCoseRoot(bytes: Uint8Array): CoseRoot {
  const parts = decodeCbor(bytes, 'cose-checkpoint')
  const [protectedHeader, signature] = isArray(parts) ? parts : []
  if (!(protectedHeader instanceof Uint8Array) || !(signature instanceof Uint8Array)) throw new AuditFormatError('cose-checkpoint', 'must hold a header and a signature')
  return { protectedHeader, signature }
}
