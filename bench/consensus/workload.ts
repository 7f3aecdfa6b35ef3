/** Signed transactions made before the clock starts, in a file that every validator reads. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { ByteReader, ByteWriter, utf8ToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'

const MAX_MESSAGE_BYTES = 4096
const MAX_MESSAGES = 10_000_000

/**
 * Writes anomalies of about 400 bytes as detectors sign them; producers take turns.
 * @param dueAt unix milliseconds of the i-th: detectors put the time of detection into what they sign
 * @returns their mean size
 */
export function writeWorkload(path: string, count: number, producers: readonly Signer[], dueAt: (index: number) => number): number {
  const writer = new ByteWriter(count * 512 + 4).u32(count)
  let sizeBytes = 0
  for (let i = 0; i < count; i++) {
    const bytes = anomaly(i, producers[i % producers.length] as Signer, Math.floor(dueAt(i) / 1000))
    sizeBytes += bytes.length
    writer.blob(bytes)
  }
  writeFileSync(path, writer.finish())
  return count === 0 ? 0 : Math.round(sizeBytes / count)
}

function anomaly(n: number, signer: Signer, tsSeconds: number): Uint8Array {
  const severity = 1 + (n % 10)
  const confidence = 0.5
  const payload = utf8ToBytes(JSON.stringify({ severity, confidence, attack: 'syn-flood', source: '203.0.113.7', packets: 10_000 + n }))
  return encodeAnomaly(signAnomaly({
    id: asAnomalyId(randomUUID()), type: 'ddos', source: '203.0.113.7', severity, confidence, tsSeconds, payload,
    modelVersion: 'rules-1', nonce: new Uint8Array(randomBytes(16)),
  }, signer))
}

/** The messages as bytes, in the order in which they become due. */
export function readWorkload(path: string): readonly Uint8Array[] {
  const reader = new ByteReader(new Uint8Array(readFileSync(path)))
  const messages = Array.from({ length: reader.count(MAX_MESSAGES, 'workload') }, () => reader.blob(MAX_MESSAGE_BYTES, 'message'))
  reader.end('workload')
  return messages
}

export const transactionOf = (message: Uint8Array): Transaction => createTransaction('event', message)
