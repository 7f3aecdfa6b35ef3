/**
 * Receipts into the index and, where they settle something, into the log. Each validator's receipts are taken in the
 * order of their sequence, each once; a gap means that some must be pulled first.
 *
 * What the log may show as evidence has its signature checked. The first admission of a message settles it, so those of the
 * other validators are only noted as said: they came over the connection of whoever they speak for, and to check them would
 * be the largest part of what a receipt costs.
 */
import type { Json } from '../../domain/canonical-json.js'
import type { UnixMillis, ValidatorId } from '../../domain/ids.js'
import { encodeReceipt, receiptSignBytes, type AdmissionReceipt } from '../../domain/receipt.js'
import { applyJudgement } from './apply-judgement.js'
import type { RecorderContext } from './context.js'
import type { FactReader } from './index/facts.js'
import { factKey, readAdmissions, readCursor, readIdOfMessage, readIdOfOrigin, readRefusals, type StoredReceipt } from './index/entries.js'
import { judgeWaiting } from './record-refusals.js'
import type { Session } from './session.js'

export type ReceiptRefusal = 'unknown-validator' | 'bad-signature'

export type ReceiptsOutcome = {
  /** Validators whose receipts before these are missing. */
  readonly gaps: ReadonlySet<ValidatorId>
  readonly refused: readonly { readonly receipt: AdmissionReceipt; readonly reason: ReceiptRefusal }[]
}

/** In which they are taken. */
export const inOrder = (receipts: readonly AdmissionReceipt[]): readonly AdmissionReceipt[] => [...receipts].sort((a, b) => a.sequence - b.sequence)

export function recordReceipts(session: Session, receipts: readonly AdmissionReceipt[], context: RecorderContext, now: UnixMillis): ReceiptsOutcome {
  const gaps = new Set<ValidatorId>()
  const refused: { receipt: AdmissionReceipt; reason: ReceiptRefusal }[] = []
  for (const receipt of inOrder(receipts)) {
    const { validator, sequence } = receipt
    const cursor = readCursor(session.facts, validator)
    if (sequence < cursor) continue
    const isEvidence = mayBeEvidence(session.facts, receipt)
    const reason = refusalOf(receipt, isEvidence, context)
    if (reason !== undefined) {
      refused.push({ receipt, reason })
    } else if (sequence > cursor) {
      gaps.add(validator)
    } else {
      session.facts.put(factKey.cursor(validator), sequence + 1)
      keep(session, receipt, isEvidence)
      judgeAgain(session, receipt, context, now)
    }
  }
  return { gaps, refused }
}

/** Whether the log may show this receipt. */
export const mayBeEvidence = (facts: Pick<FactReader, 'get'>, { verdict, messageHash }: AdmissionReceipt): boolean =>
  verdict.kind === 'rejected' || readAdmissions(facts, messageHash).length === 0

function refusalOf(receipt: AdmissionReceipt, isEvidence: boolean, { set, strictly }: RecorderContext): ReceiptRefusal | undefined {
  const validator = set.byId(receipt.validator)
  if (validator === undefined) return 'unknown-validator'
  if (!isEvidence) return undefined
  return strictly(validator.publicKey, receiptSignBytes(set.chainId, receipt), receipt.signature) ? undefined : 'bad-signature'
}

/** A validator's first word on a message counts; a second one that contradicts it changes nothing. */
function keep({ facts }: Session, receipt: AdmissionReceipt, isEvidence: boolean): void {
  const { validator, origin, verdict, at, messageHash } = receipt
  const stored: StoredReceipt = { validator, origin, verdict, at, receipt: isEvidence ? Buffer.from(encodeReceipt(receipt)).toString('base64') : '' }
  const [key, known] = verdict.kind === 'admitted'
    ? [factKey.admissions(messageHash), readAdmissions(facts, messageHash)]
    : [factKey.refusals(messageHash, origin), readRefusals(facts, messageHash, origin)]
  if (known.some((entry) => entry.validator === validator)) return
  facts.put(key, [...known, stored] as unknown as Json)
}

/** The message at the receipt's place, and the first lifecycle of the same bytes. */
function judgeAgain(session: Session, { origin, messageHash }: AdmissionReceipt, context: RecorderContext, now: UnixMillis): void {
  if (judgeWaiting(session, origin, context, now)) return
  const first = readIdOfMessage(session.facts, messageHash)
  const there = readIdOfOrigin(session.facts, origin)
  if (first !== undefined) applyJudgement(session, first, context, now)
  if (there !== undefined && there !== first) applyJudgement(session, there, context, now)
}
