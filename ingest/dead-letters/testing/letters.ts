/** Refused messages as a recorder sends them, for tests. */
import { sha256Hex } from '../../../domain/hash.js'
import type { Hex32, UnixMillis } from '../../../domain/ids.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import type { DeadLetter } from '../../../eventlog/recorder/ports.js'
import { NOW, testId, type TestNetwork } from '../../../eventlog/recorder/testing/network.js'
import { deadLetterSinkOf } from '../dead-letter-sink.js'
import type { LetterTrust } from '../letter.js'
import type { Transport } from '../../transport/transport.js'

export const letterOf = (bytes: Uint8Array, code: RejectCode, offset: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  origin: { topic: 'ai.anomalies.v1', partition: 1, offset }, code, bytes, messageHash: sha256Hex(bytes) as Hex32, anomalyId: testId(1), at: NOW as UnixMillis, ...more,
})

export const trustOf = ({ set, recorder, verify }: TestNetwork): LetterTrust =>
  ({ chainId: set.chainId, recorders: new Set([Buffer.from(recorder.publicKey).toString('hex')]), verify })

export const sinkOf = (transport: Transport, { set, recorder }: TestNetwork) => deadLetterSinkOf(transport, { signer: recorder, chainId: set.chainId })
