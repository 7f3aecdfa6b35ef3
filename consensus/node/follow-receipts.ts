/**
 * Admission receipts as a follower gets them: sent by their validator as they are written, pulled by sequence where some are
 * missing. Those that somebody else brings are left to be pulled: who said it is known without a signature then.
 */
import type { ValidatorId } from '../../domain/ids.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { decodeReceiptBatch, listen } from '../network/gossip.js'
import { peerIdOf } from '../network/identity.js'
import type { Mesh } from '../network/mesh.js'
import { request, RequestFailedError } from '../network/requests.js'
import { decodeReceiptsAnswer, encodeReceiptsRequest, RECEIPTS_PROTOCOL } from './receipt-exchange.js'

export type ReceiptFollower = {
  pushed(signal: AbortSignal): AsyncIterable<readonly AdmissionReceipt[]>
  receiptsFrom(validator: ValidatorId, sequence: number, limit: number): Promise<readonly AdmissionReceipt[]>
}

/** Receipts waiting for a slow reader; older ones are dropped and pulled later. */
const MAX_WAITING = 20_000
const ENOUGH_AT_ONCE = 500

export function followReceipts(mesh: Mesh, validators: readonly { readonly id: ValidatorId; readonly publicKey: Uint8Array }[]): ReceiptFollower {
  const peers = new Map(validators.map(({ id, publicKey }) => [id, peerIdOf(publicKey)]))
  const names = new Map([...peers].map(([id, peer]) => [id, peer.toString()]))
  const waiting: (readonly AdmissionReceipt[])[] = []
  let count = 0
  let wake: () => void = () => undefined
  listen(mesh, 'receipts', (bytes, from) => {
    const batch = decodeReceiptBatch(bytes).filter(({ validator }) => names.get(validator) === from)
    if (batch.length === 0) return
    waiting.push(batch)
    count += batch.length
    while (count > MAX_WAITING) count -= waiting.shift()?.length ?? 0
    wake()
  })

  return {
    async *pushed(signal) {
      signal.addEventListener('abort', () => wake(), { once: true })
      while (!signal.aborted) {
        // What came while the reader was busy is one batch to it: it writes once for all.
        const batch: AdmissionReceipt[] = []
        while (waiting.length > 0 && batch.length < ENOUGH_AT_ONCE) batch.push(...waiting.shift() ?? [])
        count -= batch.length
        if (batch.length > 0) yield batch
        else await new Promise<void>((resolve) => { wake = resolve })
      }
    },
    async receiptsFrom(validator, sequence, limit) {
      const peer = peers.get(validator)
      if (peer === undefined || !mesh.isConnected(peer)) throw new RequestFailedError(RECEIPTS_PROTOCOL, 'the validator is not connected')
      return decodeReceiptsAnswer(await request(mesh, peer, RECEIPTS_PROTOCOL, encodeReceiptsRequest(sequence, limit)))
    },
  }
}
