/**
 * What the validators' receipts say of one lifecycle. One admission of its bytes admits it; f+1 distinct refusals
 * reject it, because at least one of them is honest.
 *
 * The same bytes may lie at two places, and validators that read the copy first admit the copy and call the original
 * a duplicate. The bytes are the same, so the admission counts for the first lifecycle of the bytes and the word
 * "duplicate" for the copy: nobody gets another's anomaly rejected by copying it.
 */
import type { AnomalyId } from '../../domain/ids.js'
import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.js'
import type { Origin } from '../../domain/receipt.js'
import { readAdmissions, readAnomaly, readIdOfMessage, readRefusals, type AnomalyEntry, type StoredReceipt } from './index/entries.js'
import type { FactReader } from './index/facts.js'

export type Judgement =
  | { readonly kind: 'open' }
  | { readonly kind: 'admitted'; readonly by: StoredReceipt }
  | { readonly kind: 'rejected'; readonly code: RejectCode; readonly by: readonly StoredReceipt[] }

/** @param needed refusals that reject: f+1 */
export function judge(facts: Pick<FactReader, 'get'>, entry: AnomalyEntry, needed: number): Judgement {
  const { messageHash, origin } = entry
  const admissions = readAdmissions(facts, messageHash)
  const first = admissions[0]
  if (entry.isFirst && first !== undefined) return { kind: 'admitted', by: first }
  if (origin === null) return { kind: 'open' }

  const own = readRefusals(facts, messageHash, origin)
  const refusals = entry.isFirst ? own : [...own, ...swappedRefusals(facts, entry, origin, admissions, own)]
  if (refusals.length < needed) return { kind: 'open' }
  return { kind: 'rejected', code: majorityCode(refusals), by: refusals }
}

/** "Duplicate" said of the original by validators that admitted this copy. */
function swappedRefusals(
  facts: Pick<FactReader, 'get'>, entry: AnomalyEntry, origin: Origin, admissions: readonly StoredReceipt[], own: readonly StoredReceipt[],
): readonly StoredReceipt[] {
  const firstOrigin = originOfFirst(facts, entry)
  if (firstOrigin === undefined) return []
  const admittedCopy = new Set(admissions.filter((receipt) => isSameOrigin(receipt.origin, origin)).map(({ validator }) => validator))
  return readRefusals(facts, entry.messageHash, firstOrigin).filter(({ validator, verdict }) =>
    verdict.kind === 'rejected' && verdict.code === 'DUPLICATE' && admittedCopy.has(validator) && !own.some((mine) => mine.validator === validator))
}

function originOfFirst(facts: Pick<FactReader, 'get'>, { messageHash }: AnomalyEntry): Origin | undefined {
  const id: AnomalyId | undefined = readIdOfMessage(facts, messageHash)
  return (id === undefined ? undefined : readAnomaly(facts, id)?.origin) ?? undefined
}

export const isSameOrigin = (a: Origin, b: Origin): boolean => a.topic === b.topic && a.partition === b.partition && a.offset === b.offset

/** The code most validators gave; among equals the one that comes first in the list of codes. */
export function majorityCode(refusals: readonly StoredReceipt[]): RejectCode {
  const votes = (code: RejectCode): number => refusals.filter(({ verdict }) => verdict.kind === 'rejected' && verdict.code === code).length
  return REJECT_CODES.reduce((best, code) => (votes(code) > votes(best) ? code : best))
}
