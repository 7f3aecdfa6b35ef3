/**
 * Follows the validators' receipts: takes what is pushed, and pulls what is missing, both where a gap shows and on
 * every tick, so that nothing depends on gossip arriving.
 */
import type { Hex32, ValidatorId } from '../../domain/ids.js'
import { receiptSignBytes, type AdmissionReceipt } from '../../domain/receipt.js'
import type { SignatureClaim } from '../../platform/crypto/verified-cache.js'
import { pause } from '../../platform/pause.js'
import { fromFeed, gatherMore, keepFollowing, type Following } from './following.js'
import { readCursor } from './index/entries.js'
import type { ReceiptFeed } from './ports.js'
import { inOrder, mayBeEvidence, recordReceipts, type ReceiptsOutcome } from './record-receipts.js'

const PULL_LIMIT = 500
/** Gaps are pulled at once; this is for receipts that nothing followed. */
const PULL_EVERY_TICKS = 20

export async function followReceipts(feed: ReceiptFeed, following: Following): Promise<void> {
  const { signal } = following
  await Promise.all([
    keepFollowing('receipts', following, async () => {
      for await (const batch of fromFeed(feed.pushed(signal))) {
        const startedAt = performance.now()
        const { gaps } = await take(batch, following)
        for (const validator of gaps) await pull(feed, validator, following)
        await gatherMore(batch, startedAt, signal)
        if (signal.aborted) return
      }
    }),
    pullRegularly(feed, following),
  ])
}

async function pullRegularly(feed: ReceiptFeed, following: Following): Promise<void> {
  const { context, signal, tickMs } = following
  while (!signal.aborted) {
    await Promise.all(context.set.validators.map(({ id }) => pull(feed, id, following)))
    await pause(tickMs * PULL_EVERY_TICKS, signal)
  }
}

/** Pulls one validator's receipts until it has no more. A validator that fails is asked again at the next tick. */
async function pull(feed: ReceiptFeed, validator: ValidatorId, following: Following): Promise<void> {
  const { index, signal, tell } = following
  while (!signal.aborted) {
    const cursor = readCursor(index, validator)
    let receipts: readonly AdmissionReceipt[]
    try {
      receipts = await feed.receiptsFrom(validator, cursor, PULL_LIMIT)
    } catch (error) {
      tell({ kind: 'feed-failed', feed: 'receipts', reason: (error as Error).message })
      return
    }
    // One validator answers for itself alone.
    const own = receipts.filter((receipt) => receipt.validator === validator).slice(0, PULL_LIMIT)
    if (own.length === 0) return
    await take(own, following)
    if (readCursor(index, validator) === cursor) return
  }
}

async function take(receipts: readonly AdmissionReceipt[], following: Following): Promise<ReceiptsOutcome> {
  const { writer, context, clock, tell } = following
  await following.verifyAhead?.(claimsOf(receipts, following))
  const outcome = await writer.perform((session) => recordReceipts(session, receipts, context, clock()))
  for (const { receipt, reason } of outcome.refused) tell({ kind: 'receipt-refused', validator: receipt.validator, reason })
  return outcome
}

/** Of those that will be checked: not taken before, of a validator, and the first admission of a message if it is one. */
function claimsOf(receipts: readonly AdmissionReceipt[], { index, context: { set } }: Following): SignatureClaim[] {
  const admitted = new Set<Hex32>()
  return inOrder(receipts).flatMap((receipt) => {
    const { publicKey } = set.byId(receipt.validator) ?? {}
    if (publicKey === undefined || receipt.sequence < readCursor(index, receipt.validator)) return []
    if (admitted.has(receipt.messageHash) || !mayBeEvidence(index, receipt)) return []
    if (receipt.verdict.kind === 'admitted') admitted.add(receipt.messageHash)
    return [{ publicKey, message: receiptSignBytes(set.chainId, receipt), signature: receipt.signature }]
  })
}
