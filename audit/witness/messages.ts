/**
 * What goes between a log and a witness over HTTP.
 * https://c2sp.org/tlog-witness#add-checkpoint
 */
import { concatBytes, utf8ToBytes } from '../../domain/bytes.js'
import { decodeBase64, encodeBase64 } from '../notes/base64.js'
import { parseSize } from '../notes/checkpoint.js'
import { AuditFormatError } from '../errors.js'
import { LONGEST_PROOF } from '../tree/subtrees.js'

export const SIZE_TYPE = 'text/x.tlog.size'
/** Paths below a witness's address. */
export const ADD_CHECKPOINT = '/witness/add-checkpoint'
export const ADD_LOG = '/witness/add-log'
export const WITNESS_KEYS = '/witness/keys'
export const witnessedPath = (originHash: string): string => `/witness/${originHash}/checkpoint`

export type AddCheckpoint = {
  readonly oldSize: bigint
  readonly proof: readonly Uint8Array[]
  /** The signed note. */
  readonly checkpoint: Uint8Array
}

export const encodeAddCheckpoint = ({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array =>
  concatBytes(utf8ToBytes(`old ${oldSize}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n`), checkpoint)

/** A proof and a note of a hundred signatures take a third of it. */
export const LARGEST_REQUEST_BYTES = 64 * 1024
/** "old ", 19 digits, and lines of 45 bytes. */
const LARGEST_HEAD_BYTES = 24 + LONGEST_PROOF * 45

/** Throws AuditFormatError naming the line. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  const blank = Buffer.from(body.buffer, body.byteOffset, body.byteLength).indexOf('\n\n')
  if (blank < 0) throw new AuditFormatError('request', 'has no blank line before the checkpoint')
  if (blank > LARGEST_HEAD_BYTES) throw new AuditFormatError('request.proof', `has more than ${LONGEST_PROOF} lines`)
  const [first = '', ...lines] = Buffer.from(body.subarray(0, blank)).toString('latin1').split('\n')
  const oldSize = first.startsWith('old ') ? parseSize(first.slice(4)) : undefined
  if (oldSize === undefined) throw new AuditFormatError('request.old', 'must be "old" and a decimal size without leading zeros')
  if (lines.length > LONGEST_PROOF) throw new AuditFormatError('request.proof', `has ${lines.length} lines, at most ${LONGEST_PROOF} are taken`)
  const proof = lines.map((line) => {
    const hash = decodeBase64(line)
    if (hash?.length !== 32) throw new AuditFormatError('request.proof', 'every line must be base64 of 32 bytes')
    return hash
  })
  return { oldSize, proof, checkpoint: body.slice(blank + 2) }
}
