/** A block as readers see it, and the columns it is read from. */
export type BlockView = {
  readonly height: number
  readonly hash: string
  readonly parentHash: string
  readonly stateRoot: string
  readonly proposerId: string
  readonly view: number
  readonly epoch: number
  readonly timestamp: Date
  readonly txCount: number
  readonly txRoot: string
  readonly certificateView: number
  readonly certificateSigners: number
  /** Encoded certificates, base64. */
  readonly certificate: string
  readonly commitCertificate: string
  readonly logPosition: number
  readonly committedAt: Date
}

export type BlockRecord = {
  height: string; block_hash: Buffer; parent_hash: Buffer; state_root: Buffer; proposer_id: Buffer; view_number: string; epoch: string; timestamp: Date
  tx_count: number; tx_root: Buffer; qc_view: string; qc_signers: number; qc_signatures: Buffer; commit_certificate: Buffer; log_position: string; committed_at: Date
}

export const BLOCK_VIEW_COLUMNS = `height, block_hash, parent_hash, state_root, proposer_id, view_number, epoch, timestamp, tx_count, tx_root, qc_view,
  qc_signers, qc_signatures, commit_certificate, log_position, committed_at`

export const blockViewOf = (row: BlockRecord): BlockView => ({
  height: Number(row.height), hash: row.block_hash.toString('hex'), parentHash: row.parent_hash.toString('hex'), stateRoot: row.state_root.toString('hex'),
  proposerId: row.proposer_id.toString('hex'), view: Number(row.view_number), epoch: Number(row.epoch), timestamp: row.timestamp, txCount: row.tx_count,
  txRoot: row.tx_root.toString('hex'), certificateView: Number(row.qc_view), certificateSigners: row.qc_signers,
  certificate: row.qc_signatures.toString('base64'), commitCertificate: row.commit_certificate.toString('base64'),
  logPosition: Number(row.log_position), committedAt: row.committed_at,
})
