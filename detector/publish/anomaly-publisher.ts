/**
 * Signs what a detector found and puts it on ai.anomalies.v1. A message is signed once: every attempt to send it sends
 * the same bytes, so a retry can at worst be a duplicate that validators recognise, never a second anomaly.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import type { AnomalyId, ProducerId, TxId, UnixMillis } from '../../domain/ids.js'
import { encodeAnomaly, type AnomalyMessage } from '../../domain/message/anomaly.js'
import { signAnomaly, type SignScheme } from '../../domain/message/sign-anomaly.js'
import { createTransaction } from '../../domain/transaction.js'
import { TOPICS, type OffsetMark, type Transport } from '../../ingest/transport/transport.js'
import { createNonceSource } from './nonce.js'
import { retry, type RetryOptions } from './retry.js'

/** What a detector says about one detection. */
export type AnomalyDraft = {
  readonly anomalyId: AnomalyId
  readonly type: string
  readonly source: string
  /** 0 to 10, the same as in the payload. */
  readonly severity: number
  /** 0 to 1, the same as in the payload. */
  readonly confidence: number
  /** JSON bytes. */
  readonly payload: Uint8Array
  readonly modelVersion: string
  readonly detectedAtMs: UnixMillis
}

export type PublishedAnomaly = { readonly anomalyId: AnomalyId; readonly bytes: Uint8Array; readonly mark: OffsetMark }

export type PublisherCounters = { readonly published: number; readonly retries: number; readonly failed: number }

export type AnomalyPublisher = {
  readonly producerId: ProducerId
  /** Resolves when all are durable in the topic, in the order given. Rejects when the signal aborts or retries run out. */
  publish(drafts: readonly AnomalyDraft[], signal?: AbortSignal): Promise<readonly PublishedAnomaly[]>
  counters(): PublisherCounters
}

export type AnomalyPublisherOptions = {
  readonly transport: Pick<Transport, 'send'>
  readonly signer: Signer
  readonly scheme?: SignScheme
  readonly clock: () => UnixMillis
  readonly random: (length: number) => Uint8Array
  readonly topic?: string
  readonly retry?: RetryOptions
  /** Told of each message before it is sent: an outcome may be heard before the answer to sending it. */
  readonly onSigned?: (anomalyId: AnomalyId, txId: TxId) => void
}

export function createAnomalyPublisher(options: AnomalyPublisherOptions): AnomalyPublisher {
  const { transport, signer, scheme = 'v2', topic = TOPICS.anomalies.name } = options
  const nextNonce = createNonceSource(options.clock, options.random)
  const counters = { published: 0, retries: 0, failed: 0 }

  function sign(draft: AnomalyDraft): AnomalyMessage {
    const { anomalyId, detectedAtMs, ...fields } = draft
    return signAnomaly({ ...fields, id: anomalyId, tsSeconds: Math.floor(detectedAtMs / 1000), nonce: nextNonce() }, signer, scheme)
  }

  return {
    producerId: bytesToHex(signer.publicKey) as ProducerId,
    async publish(drafts, signal = new AbortController().signal) {
      const encoded = drafts.map((draft) => ({ anomalyId: draft.anomalyId, bytes: encodeAnomaly(sign(draft)) }))
      for (const { anomalyId, bytes } of encoded) options.onSigned?.(anomalyId, createTransaction('event', bytes).id)
      const records = encoded.map(({ bytes }) => ({ topic, key: signer.publicKey, value: bytes }))
      try {
        const marks = await retry(() => transport.send(records), signal, () => { counters.retries += 1 }, options.retry)
        counters.published += records.length
        return encoded.map((entry, index) => ({ ...entry, mark: marks[index] as OffsetMark }))
      } catch (error) {
        counters.failed += records.length
        throw error
      }
    },
    counters: () => ({ ...counters }),
  }
}
