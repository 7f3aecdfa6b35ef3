/**
 * Signed messages on their way to the validators. Looked at only for size and shape: who may say it, and whether it is so,
 * is for validators. Nothing is signed here.
 */
import { sha256Hex } from '../../domain/hash.js'
import { decodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { decodePolicy } from '../../domain/message/policy.js'
import { readVerdict, VERDICT_TYPE } from '../../domain/verdict/verdict.js'
import type { OperatorActions } from '../../eventlog/operator-actions.js'
import type { Caller } from '../access/roles.js'
import { badInput } from '../errors.js'
import { GraphQLError } from '../graphql-js.js'

export type SubmissionKind = 'verdict' | 'policy'
export type Place = { readonly topic: string; readonly partition: number; readonly offset: number }

/** Puts the bytes onto the topic of their kind; `key` is the public key of who signed. Absent where the API may not write. */
export type Submit = (kind: SubmissionKind, key: Uint8Array, bytes: Uint8Array) => Promise<Place>

export type Submission = Place & { readonly id: string; readonly messageHash: string }

/** Base64 of them fits a request. */
const MOST_MESSAGE_BYTES = 128 * 1024

export type SubmissionDeps = { readonly submit: Submit | undefined; readonly actions: OperatorActions | undefined; readonly report: (error: unknown) => void }

/** Throws BAD_USER_INPUT for what validators could not even read, UNAVAILABLE where it cannot be sent. */
export async function submitMessage(kind: SubmissionKind, text: string, caller: Caller, { submit, actions, report }: SubmissionDeps): Promise<Submission> {
  const bytes = bytesOf(text)
  const { id, key } = kind === 'verdict' ? readSignedVerdict(bytes) : readSignedPolicy(bytes)
  if (submit === undefined) throw new GraphQLError('this API may not write to the topics; name a transport in its configuration', { extensions: { code: 'READ_ONLY' } })
  const messageHash = sha256Hex(bytes)
  let place: Place
  try {
    place = await submit(kind, key, bytes)
  } catch (error) {
    report(error)
    throw new GraphQLError('the topic cannot be written to; try again in a moment', { extensions: { code: 'UNAVAILABLE' } })
  }
  // On record after the fact: the message itself is signed, and validators leave a trace of it whatever becomes of it.
  await actions?.record({ id, actor: caller.name, action: `submit.${kind}`, resource: id, result: 'success', reason: '', fields: { messageHash } }).catch(report)
  return { id, messageHash, ...place }
}

function bytesOf(text: string): Uint8Array {
  if (text.length > MOST_MESSAGE_BYTES * 4 / 3) throw badInput('message', `must have at most ${MOST_MESSAGE_BYTES} bytes`)
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw badInput('message', 'must be base64 of the signed message')
  return new Uint8Array(Buffer.from(text, 'base64'))
}

type Read = { readonly id: string; readonly key: Uint8Array }

function readSignedVerdict(bytes: Uint8Array): Read {
  const decoded = decodeEvidenceMessage(bytes)
  if (!decoded.ok) throw badInput('message', `${decoded.field} ${decoded.reason}`)
  const { id, evidenceType, proofBlob, pubkey } = decoded.message
  if (evidenceType !== VERDICT_TYPE) throw badInput('message', `evidence_type must be ${VERDICT_TYPE}; evidence is sent by \`cybermesh evidence\``)
  const verdict = readVerdict(proofBlob)
  if (!verdict.ok) throw badInput('message', `${verdict.field} ${verdict.reason}`)
  return { id, key: pubkey }
}

function readSignedPolicy(bytes: Uint8Array): Read {
  const decoded = decodePolicy(bytes)
  if (!decoded.ok) throw badInput('message', `${decoded.field} ${decoded.reason}`)
  return { id: decoded.message.id, key: decoded.message.pubkey }
}
