/** Evidence and verdicts for tests, which differ only where a test says so. */
import { bytesToHex, utf8ToBytes } from '../../bytes.js'
import type { CustodyEntry } from '../../custody/chain.js'
import { createGenesis, type Genesis } from '../../genesis.js'
import { asAnomalyId, type AnomalyId } from '../../ids.js'
import { encodeEvidenceMessage, type EvidenceMessage } from '../../message/evidence-event.js'
import { signEvidence, type EvidenceDraft } from '../../message/sign-evidence.js'
import type { SignScheme } from '../../message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../transaction.js'
import { encodeVerdict, VERDICT_TYPE, verdictRefs, type AnalystVerdict } from '../../verdict/verdict.js'
import { BLOCK_SECONDS, genesisBody, signerOf } from './network.js'

/** The small network with two analysts, a0 and a1. */
export const judgedGenesis: Genesis = createGenesis({
  ...genesisBody, analysts: ['a0', 'a1'].map((name) => ({ name, publicKey: bytesToHex(signerOf(name).publicKey) })),
})

const hex = (value: number): string => value.toString(16).padStart(12, '0')
/** The id of the n-th anomaly of `draftOf`. */
export const anomalyIdOf = (n: number): AnomalyId => asAnomalyId(`00000000-0000-4000-8000-${hex(n)}`)
export const reportIdOf = (n: number): AnomalyId => asAnomalyId(`11111111-0000-4000-8000-${hex(n)}`)

export type ReportChanges = Partial<EvidenceDraft> & { readonly heldBefore?: readonly CustodyEntry[] }

export function evidenceOf(n: number, changes: ReportChanges = {}, reporter = 'p0', scheme: SignScheme = 'v2'): EvidenceMessage {
  const nonce = new Uint8Array(16).fill(1)
  new DataView(nonce.buffer).setUint32(12, n)
  const draft = { id: reportIdOf(n), evidenceType: 'pcap', refs: [], proofBlob: utf8ToBytes(`packets ${n}`), tsSeconds: BLOCK_SECONDS, nonce, ...changes }
  return signEvidence(draft, signerOf(reporter), scheme)
}

export function verdictOf(n: number, verdict: Partial<AnalystVerdict> = {}, reporter = 'a0', changes: ReportChanges = {}): EvidenceMessage {
  const anomalyId = verdict.anomalyId ?? anomalyIdOf(1)
  const whole: AnalystVerdict = { anomalyId, incidentId: anomalyId, verdict: 'true_positive', ...verdict }
  return evidenceOf(n, { evidenceType: VERDICT_TYPE, proofBlob: encodeVerdict(whole), refs: verdictRefs(whole), ...changes }, reporter)
}

export const reportTx = (message: EvidenceMessage): Transaction => createTransaction('report', encodeEvidenceMessage(message))
