/**
 * The projection `blocks` as somebody who uses Emmett writes it: for each event the SQL that it means, values in the
 * text as its own formatting does it. It keeps blocks, transactions, state versions and anomalies; ours keeps
 * validators, standings, evidence and totals besides.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { packageFile } from '../../platform/package-root.js'

/** An event as its JSON says it: 64-bit integers are decimal strings. */
export type StoredEvent = { readonly type: string; readonly data: Readonly<Record<string, unknown>> }

/** The tables and indexes of our own migrations. */
export const TABLES: readonly string[] = [
  '001-blocks', '002-blocks-by-hash', '003-transactions', '004-transactions-by-hash', '005-transactions-by-anomaly', '006-state-versions',
  '008-anomalies', '009-anomalies-by-publication', '010-anomalies-by-state',
].map((name) => readFileSync(packageFile('migrations', `${name}.sql`), 'utf8'))

type Published = { readonly anomalyId: string; readonly claimedId: string | null; readonly authentic: boolean; readonly anomalyType: string | null; readonly source: string | null; readonly severity: number | null; readonly confidence: number | null; readonly producerId: string | null; readonly modelVersion: string | null; readonly signScheme: string | null; readonly contentHash: string | null; readonly messageHash: string; readonly origin: { readonly topic: string; readonly partition: number; readonly offset: string } | null; readonly detectedAtSeconds: string | null; readonly at: string }
type Placement = { readonly height: string; readonly txIndex: number; readonly txId: string }
type Step = { readonly anomalyId: string; readonly at: string; readonly code?: string; readonly waitedForMs?: string; readonly validUntil?: string; readonly placement?: Placement; readonly by?: { readonly kind: string; readonly receipt?: { readonly validator: string }; readonly receipts?: readonly { readonly validator: string }[] } }
type Block = Readonly<Record<'height' | 'blockHash' | 'parentHash' | 'stateRoot' | 'proposer' | 'view' | 'epoch' | 'timestamp' | 'txRoot' | 'receiptsRoot' | 'header' | 'certificateView' | 'certificate' | 'commitCertificate' | 'at', string>> & {
  readonly certificateSigners: readonly string[]
  readonly transactions: readonly { readonly txId: string; readonly kind: string; readonly anomalyId: string | null; readonly producerId: string | null; readonly nonce: string | null; readonly contentHash: string | null; readonly publicKey: string | null; readonly signature: string | null; readonly status: string; readonly code: string | null; readonly submittedAtSeconds: string | null }[]
}

const text = (value: string | null | undefined): string => (value === null || value === undefined ? 'NULL' : pg.escapeLiteral(value))
const hex = (value: string | null | undefined): string => (value === null || value === undefined ? 'NULL' : `'\\x${value}'::bytea`)
const base64 = (value: string): string => hex(Buffer.from(value, 'base64').toString('hex'))
const number = (value: number | string | null | undefined): string => (value === null || value === undefined ? 'NULL' : String(value))
const millis = (value: string): string => `to_timestamp(${value} / 1000.0)`
const seconds = (value: string | null): string => (value === null ? 'NULL' : `to_timestamp(${value})`)

export function statementsOf({ type, data }: StoredEvent): string {
  if (type === 'AnomalyPublished') return published(data as unknown as Published)
  if (type === 'BlockCommitted') return block(data as unknown as Block)
  return step(type, data as unknown as Step)
}

const published = (p: Published): string => `INSERT INTO anomalies (anomaly_id, claimed_id, authentic, type, source, severity, confidence, producer_id, model_version, sign_scheme,
  content_hash, message_hash, origin_topic, origin_partition, origin_offset, detected_at, published_at, state, published_position, updated_position)
  VALUES ('${p.anomalyId}', ${text(p.claimedId)}, ${p.authentic}, ${text(p.anomalyType)}, ${text(p.source)}, ${number(p.severity)}, ${number(p.confidence)}, ${hex(p.producerId)},
  ${text(p.modelVersion)}, ${text(p.signScheme)}, ${hex(p.contentHash)}, ${hex(p.messageHash)}, ${text(p.origin?.topic)}, ${number(p.origin?.partition)}, ${number(p.origin?.offset)},
  ${seconds(p.detectedAtSeconds)}, ${millis(p.at)}, 'PUBLISHED', ${number(p.origin?.offset)}, 0) ON CONFLICT (anomaly_id) DO NOTHING`

function step(type: string, s: Step): string {
  return `UPDATE anomalies SET ${assignments(type, s).join(', ')} WHERE anomaly_id = '${s.anomalyId}'`
}

function assignments(type: string, { at, code, waitedForMs, validUntil, placement, by }: Step): string[] {
  const settled = `settled_at = ${millis(at)}`
  switch (type) {
    case 'AnomalyAdmitted': return ["state = 'ADMITTED'", `admitted_at = ${millis(at)}`, `admitted_by = ${text(by?.kind)}`, `admitted_validator = ${hex(by?.receipt?.validator)}`]
    case 'AnomalyCommitted': return ["state = 'COMMITTED'", `committed_at = ${millis(at)}`, settled, `block_height = ${number(placement?.height)}`, `tx_index = ${number(placement?.txIndex)}`, `tx_hash = ${hex(placement?.txId)}`]
    case 'AnomalyRejected': return ["state = 'REJECTED'", `rejected_at = ${millis(at)}`, settled, `reject_code = ${text(code)}`, `rejected_by = ${text(by?.kind)}`, `rejected_validators = ${text(JSON.stringify(by?.receipts?.map(({ validator }) => validator) ?? []))}`]
    case 'AnomalyTimedOut': return ["state = 'TIMEOUT'", `timeout_at = ${millis(at)}`, settled, `waited_ms = ${number(waitedForMs)}`]
    default: return ["state = 'EXPIRED'", `expired_at = ${millis(at)}`, settled, `valid_until = ${validUntil === undefined ? 'NULL' : millis(validUntil)}`]
  }
}

function block(b: Block): string {
  const rows = b.transactions.map((tx, i) => `(${hex(tx.txId)}, ${b.height}, ${i}, ${text(tx.kind)}, ${text(tx.anomalyId)}::uuid, ${hex(tx.producerId)}, ${hex(tx.nonce)}, ${hex(tx.contentHash)},
    'Ed25519', ${hex(tx.publicKey)}, ${hex(tx.signature)}, ${text(tx.status)}, ${text(tx.code)}, ${seconds(tx.submittedAtSeconds)}, ${millis(b.timestamp)})`)
  return [
    `INSERT INTO blocks (height, block_hash, parent_hash, state_root, proposer_id, view_number, epoch, timestamp, tx_count, tx_root, receipts_root, header, qc_view, qc_signatures, qc_signers, commit_certificate, log_position, committed_at)
     VALUES (${b.height}, ${hex(b.blockHash)}, ${hex(b.parentHash)}, ${hex(b.stateRoot)}, ${hex(b.proposer)}, ${b.view}, ${b.epoch}, ${millis(b.timestamp)}, ${b.transactions.length}, ${hex(b.txRoot)}, ${hex(b.receiptsRoot)},
     ${base64(b.header)}, ${b.certificateView}, ${base64(b.certificate)}, ${b.certificateSigners.length}, ${base64(b.commitCertificate)}, 0, ${millis(b.at)}) ON CONFLICT (height) DO NOTHING`,
    `INSERT INTO state_versions (version, state_root, block_height, block_hash, tx_count, created_at) VALUES (${b.height}, ${hex(b.stateRoot)}, ${b.height}, ${hex(b.blockHash)}, ${b.transactions.length}, ${millis(b.at)}) ON CONFLICT (version) DO NOTHING`,
    ...(rows.length === 0 ? [] : [`INSERT INTO transactions (tx_hash, block_height, tx_index, tx_type, anomaly_id, producer_id, nonce, content_hash, algorithm, public_key, signature, status, code, submitted_at, executed_at)
     VALUES ${rows.join(', ')} ON CONFLICT (block_height, tx_index) DO NOTHING`]),
  ].join('; ')
}
