import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { bytesToHex } from '../bytes.js'
import { sha256 } from '../hash.js'
import { asHeight, asMillis } from '../ids.js'
import { anomalyRef } from '../message/anomaly-ref.js'
import { encodeEvidenceMessage, type EvidenceMessage } from '../message/evidence-event.js'
import { getValue } from '../state/get-value.js'
import { createTransaction, type Transaction } from '../transaction.js'
import { createTransactionCheck } from './check-transaction.js'
import { failuresOf } from './producer-failures.js'
import { decodeReportId, failuresKey, reportKey, verdictOnAnomalyKey, verdictOnIncidentKey } from './state-keys.js'
import { BLOCK_SECONDS, BLOCK_TIME, createChain, signerOf, txOf } from './testing/network.js'
import { anomalyIdOf, evidenceOf, judgedGenesis as genesis, reportIdOf, reportTx, verdictOf } from './testing/reports.js'
import type { ExecutionResult } from './types.js'

const codes = ({ receipts }: ExecutionResult): (string | undefined)[] => receipts.map((receipt) => (receipt.status === 'failed' ? receipt.code : undefined))
const ok = undefined
/** A chain that has committed the first three anomalies. */
function chainWithAnomalies() {
  const chain = createChain(genesis)
  expect(codes(chain.commit([txOf(1), txOf(2), txOf(3)]))).toEqual([ok, ok, ok])
  return chain
}
const commit = (chain: ReturnType<typeof createChain>, ...messages: readonly EvidenceMessage[]): (string | undefined)[] => codes(chain.commit(messages.map(reportTx)))
const keyOf = (name: string) => bytesToHex(signerOf(name).publicKey) as never

describe('executing evidence', () => {
  test('takes what names committed anomalies or things it does not hold, and nothing that names others', () => {
    const chain = chainWithAnomalies()
    const unknown = sha256(new Uint8Array(1))
    expect(commit(chain,
      evidenceOf(1, { refs: [anomalyRef(anomalyIdOf(1)), unknown, anomalyRef(anomalyIdOf(3))] }),
      evidenceOf(2, { refs: [anomalyRef(anomalyIdOf(1)), anomalyRef(anomalyIdOf(4))] }),
    )).toEqual([ok, 'UNKNOWN_REFERENCE'])
    expect(getValue(chain.nodes, chain.root, reportKey(reportIdOf(1)))).toBeDefined()
    expect(getValue(chain.nodes, chain.root, reportKey(reportIdOf(2)))).toBeUndefined()
  })

  test('may name an anomaly of the same block that comes before it', () => {
    const evidence = reportTx(evidenceOf(1, { refs: [anomalyRef(anomalyIdOf(1))] }))
    expect(codes(createChain().commit([txOf(1), evidence]))).toEqual([ok, ok])
    expect(codes(createChain().commit([evidence, txOf(1)]))).toEqual(['UNKNOWN_REFERENCE', ok])
  })

  test('takes an id once and a nonce once; anomalies of the same producer have nonces of their own', () => {
    const chain = chainWithAnomalies()
    const { nonce } = evidenceOf(1)
    expect(commit(chain, evidenceOf(1), evidenceOf(2, { id: reportIdOf(1) }), evidenceOf(3, { nonce }), evidenceOf(3, { nonce }, 'p1'))).toEqual([ok, 'DUPLICATE', 'REPLAY', ok])
    expect(codes(chain.commit([txOf(9, { nonce })]))).toEqual([ok])
  })

  test('checks again all but signatures, by the time of the block', () => {
    const chain = chainWithAnomalies()
    const late = asMillis(BLOCK_TIME + genesis.limits.skewMs + 1)
    expect(codes(chain.execute([reportTx(evidenceOf(1)), reportTx(evidenceOf(2, {}, 'stranger')), createTransaction('report', Uint8Array.of(1))], late))).toEqual(['SKEW', 'UNKNOWN_PRODUCER', 'MALFORMED'])
    const broken = evidenceOf(1)
    const [link] = broken.custody
    expect(commit(chain, { ...broken, custody: [{ ...(link as NonNullable<typeof link>), tsSeconds: BLOCK_SECONDS - 1, refHash: new Uint8Array(32) }] })).toEqual(['BROKEN_CUSTODY'])
  })

  test('is counted against its producer where it fails, beside the detections that do; analysts are no producers', () => {
    const chain = chainWithAnomalies()
    commit(chain, evidenceOf(1), evidenceOf(2, { id: reportIdOf(1) }), evidenceOf(3, { refs: [anomalyRef(anomalyIdOf(9))] }), evidenceOf(4, { id: reportIdOf(1) }, 'a0'), verdictOf(5, { anomalyId: anomalyIdOf(9) }))
    chain.commit([txOf(1)])
    const state = { get: (key: string) => getValue(chain.nodes, chain.root, key) }
    expect(failuresOf(state, keyOf('p0'))).toEqual({ DUPLICATE: 2, UNKNOWN_REFERENCE: 1 })
    expect(state.get(failuresKey(keyOf('a0')))).toBeUndefined()
  })

  test('gets no vote where a signature is wrong, of the message or of a link', () => {
    const check = createTransactionCheck(genesis, verifySignature)
    const chain = createChain(genesis)
    const vote = (tx: Transaction) => check(tx, BLOCK_TIME, { height: asHeight(1), parentRoot: chain.root, nodes: chain.nodes })
    const message = evidenceOf(1)
    expect(vote(reportTx(message))).toMatchObject({ ok: true })
    expect(vote(reportTx({ ...message, signature: new Uint8Array(64) }))).toEqual({ ok: false, code: 'INVALID_SIGNATURE' })
    expect(vote(createTransaction('report', encodeEvidenceMessage(verdictOf(1, {}, 'p0'))))).toEqual({ ok: false, code: 'UNKNOWN_PRODUCER' })
  })
})

describe('executing verdicts', () => {
  test('an analyst has one verdict on an anomaly and on an incident; another analyst has another', () => {
    const chain = chainWithAnomalies()
    expect(commit(chain,
      verdictOf(1, { incidentId: 'INC-1' }), verdictOf(2, { incidentId: 'INC-1', verdict: 'benign' }), verdictOf(3, { incidentId: 'INC-2' }),
      verdictOf(4, { anomalyId: anomalyIdOf(2), incidentId: 'INC-1' }), verdictOf(5, { incidentId: 'INC-1' }, 'a1'), verdictOf(6, { anomalyId: anomalyIdOf(2), incidentId: 'INC-2' }),
    )).toEqual([ok, 'DUPLICATE', 'DUPLICATE', 'DUPLICATE', ok, ok])
  })

  test('one takes the place of another only where it says of which, and only of the one that stands', () => {
    const chain = chainWithAnomalies()
    const standing = () => {
      const keys = [verdictOnAnomalyKey(keyOf('a0'), anomalyIdOf(1)), verdictOnIncidentKey(keyOf('a0'), anomalyIdOf(1))]
      return keys.map((key) => decodeReportId(getValue(chain.nodes, chain.root, key) as Uint8Array))
    }
    expect(commit(chain, verdictOf(1, { supersedes: reportIdOf(9) }), verdictOf(2))).toEqual(['UNKNOWN_REFERENCE', ok])
    expect(standing()).toEqual([reportIdOf(2), reportIdOf(2)])
    expect(commit(chain, verdictOf(3, { verdict: 'benign', supersedes: reportIdOf(2) }), verdictOf(4, { supersedes: reportIdOf(2) }), verdictOf(5, { supersedes: reportIdOf(3) }, 'a1')))
      .toEqual([ok, 'DUPLICATE', 'UNKNOWN_REFERENCE'])
    expect(standing()).toEqual([reportIdOf(3), reportIdOf(3)])
    // It keeps to the anomaly and the incident of the first.
    expect(commit(chain, verdictOf(6, { supersedes: reportIdOf(3), incidentId: 'other' }), verdictOf(7, { supersedes: reportIdOf(3), anomalyId: anomalyIdOf(2), incidentId: anomalyIdOf(1) })))
      .toEqual(['UNKNOWN_REFERENCE', 'UNKNOWN_REFERENCE'])
  })

  test('is on a committed anomaly, and a duplicate of one', () => {
    const chain = chainWithAnomalies()
    expect(commit(chain,
      verdictOf(1, { anomalyId: anomalyIdOf(7) }), verdictOf(2, { verdict: 'duplicate', duplicateOf: anomalyIdOf(7) }), verdictOf(3, { verdict: 'duplicate', duplicateOf: anomalyIdOf(2) }),
    )).toEqual(['UNKNOWN_REFERENCE', 'UNKNOWN_REFERENCE', ok])
  })

  test('one that failed leaves nothing behind', () => {
    const [one, other] = [chainWithAnomalies(), chainWithAnomalies()]
    commit(one, verdictOf(1))
    commit(other, verdictOf(1), verdictOf(2), verdictOf(3, { anomalyId: anomalyIdOf(7) }), verdictOf(4, { supersedes: reportIdOf(9) }))
    expect(other.root).toBe(one.root)
  })
})
