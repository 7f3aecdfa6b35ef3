/**
 * A group's committed offset says "all before this is done". Is that so? For a validator done means that its store has
 * the receipt; for the recorder, that the event log has the lifecycle, which `doctor --ledger` looks at.
 */
import { join } from 'node:path'
import { openAdmissionStore } from '../../../ingest/admission/store.js'
import { TOPICS, type OffsetMark, type Transport } from '../../../ingest/transport/transport.js'
import { VALIDATORS } from '../feed.js'

export type OffsetCheck = {
  /** Records below the committed offsets of all validators. */
  readonly below: number
  /** Those without a receipt, as sentences. */
  readonly ahead: readonly string[]
}

/** Works while validators run or are dead: the offsets are asked first, and receipts are never taken back. */
export async function checkOffsets(transport: Pick<Transport, 'committed'>, data: string): Promise<OffsetCheck> {
  const ahead: string[] = []
  let below = 0
  for (const name of VALIDATORS) {
    const marks = await transport.committed(`validator-${name}`, TOPICS.anomalies.name)
    const store = openAdmissionStore(join(data, name, 'admission'))
    try {
      for (const mark of marks) {
        below += mark.offset
        ahead.push(...missingBelow(mark, (offset) => store.receiptOf({ ...mark, offset }) !== undefined).map((place) => `${name} has no receipt for ${place}`))
      }
    } finally {
      await store.close()
    }
  }
  return { below, ahead }
}

function missingBelow({ topic, partition, offset: end }: OffsetMark, hasReceipt: (offset: number) => boolean): string[] {
  const missing: string[] = []
  for (let offset = 0; offset < end; offset++) if (!hasReceipt(offset)) missing.push(`${topic}/${partition}/${offset}`)
  return missing
}
