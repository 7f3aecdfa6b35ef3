/** The custody file that goes from hand to hand with evidence: the links signed so far, and of which evidence they are. */
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import type { CustodyEntry } from '../../domain/custody/chain.js'
import { sha256 } from '../../domain/hash.js'
import { isUuid, type AnomalyId } from '../../domain/ids.js'
import { MAX_CUSTODY_ENTRIES, MAX_PROOF_BYTES } from '../../domain/message/evidence-event.js'
import { readJson } from '../config/load.js'
import { UserError } from '../shared/user-error.js'
import { writeJson } from '../shared/write-atomic.js'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `must be ${2 * bytes} lowercase hex digits`)

const fileSchema = z.strictObject({
  format: z.literal(1),
  reportId: z.string().refine(isUuid, 'must be a lowercase UUID'),
  contentHash: hex(32),
  chain: z.array(z.strictObject({ refHash: hex(32), actorId: hex(32), tsSeconds: z.int().min(0), signature: hex(64) })).min(1).max(MAX_CUSTODY_ENTRIES - 1),
})

export type Custody = { readonly id: AnomalyId; readonly entries: readonly CustodyEntry[] }

/** Throws UserError where the file cannot be read or is larger than evidence may be. */
export function readEvidence(path: string): Uint8Array {
  try {
    const { size } = statSync(path)
    if (size > MAX_PROOF_BYTES) throw new UserError('TOO_LARGE', `${path} has ${size} bytes, evidence at most ${MAX_PROOF_BYTES}; submit its hash, or a part of it`)
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('UNREADABLE', `the evidence ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
  }
}

/** Throws UserError where the file is damaged, or belongs to other evidence. */
export function readCustodyFile(path: string, proofBlob: Uint8Array): Custody {
  const parsed = fileSchema.safeParse(readJson(path, 'custody file'))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new UserError('BAD_CUSTODY', `${path}: ${issue?.path.join('.') ?? 'file'}: ${issue?.message ?? 'is no custody file'}; ask whoever gave it to you for a whole one`)
  }
  const { reportId, contentHash, chain } = parsed.data
  if (contentHash !== bytesToHex(sha256(proofBlob))) throw new UserError('BAD_CUSTODY', `${path} belongs to other evidence: the hash differs`)
  return {
    id: reportId as AnomalyId,
    entries: chain.map(({ refHash, actorId, tsSeconds, signature }) => ({ refHash: hexToBytes(refHash), actorId: hexToBytes(actorId), tsSeconds, signature: hexToBytes(signature) })),
  }
}

export function writeCustodyFile(path: string, { id, entries }: Custody, proofBlob: Uint8Array): void {
  const chain = entries.map(({ refHash, actorId, tsSeconds, signature }) => ({ refHash: bytesToHex(refHash), actorId: bytesToHex(actorId), tsSeconds, signature: bytesToHex(signature) }))
  writeJson(path, { format: 1, reportId: id, contentHash: bytesToHex(sha256(proofBlob)), chain })
}
