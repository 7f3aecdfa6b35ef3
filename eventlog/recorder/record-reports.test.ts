import { describe, expect, test } from 'vitest'
import { evidenceOf, anomalyIdOf, reportIdOf, reportTx, verdictOf } from '../../domain/execution/testing/reports.js'
import { BLOCK_SECONDS } from '../../domain/execution/testing/network.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import { asHeight, asMillis, type BlockHash } from '../../domain/ids.js'
import { anomalyRef } from '../../domain/message/anomaly-ref.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'
import { recordReport } from './record-reports.js'
import { openSession } from './session.js'

const NOW = asMillis(BLOCK_SECONDS * 1000)
const success = ({ id }: Transaction): TxReceipt => ({ txId: id, status: 'success' })
const failed = ({ id }: Transaction): TxReceipt => ({ txId: id, status: 'failed', code: 'DUPLICATE' })

function recorded(...items: readonly (readonly [Transaction, (tx: Transaction) => TxReceipt])[]) {
  const session = openSession({ get: () => undefined })
  items.forEach(([tx, receipt], txIndex) => recordReport(session, tx, { height: asHeight(3), blockHash: '11'.repeat(32) as BlockHash, txIndex, txId: tx.id }, receipt(tx), NOW))
  return session.appends()
}

describe('recording reports of a block', () => {
  test('tells what evidence says, and holds the message itself', () => {
    const tx = reportTx(evidenceOf(1, { refs: [anomalyRef(anomalyIdOf(1)), new Uint8Array(32)] }))
    expect(recorded([tx, success])).toMatchObject([{ stream: `report-${reportIdOf(1)}`, events: [{ event: {
      type: 'ReportRecorded',
      data: {
        reportId: reportIdOf(1), evidenceType: 'pcap', refs: [expect.any(String), '00'.repeat(32)], anomalyIds: [anomalyIdOf(1)], message: Buffer.from(tx.bytes).toString('base64'),
        reportedAtSeconds: BLOCK_SECONDS, custody: [{ atSeconds: BLOCK_SECONDS }], placement: { height: 3, txIndex: 0, txId: tx.id }, outcome: { kind: 'applied' },
      },
    } }] }])
  })

  test('tells a verdict, and why one failed', () => {
    const [{ events }] = recorded([reportTx(verdictOf(1, { notes: 'seen', supersedes: reportIdOf(9) })), failed]) as [ReturnType<typeof recorded>[number]]
    expect(events).toMatchObject([{ event: { data: { verdict: { anomalyId: anomalyIdOf(1), verdict: 'true_positive', notes: 'seen', supersedes: reportIdOf(9) }, outcome: { kind: 'failed', code: 'DUPLICATE' } } } }])
  })

  test('keeps all that bear one id in one stream, each under an id of its own', () => {
    const [{ stream, events }, ...others] = recorded([reportTx(evidenceOf(1)), success], [reportTx(evidenceOf(2, { id: reportIdOf(1) })), failed]) as [ReturnType<typeof recorded>[number]]
    expect(others).toEqual([])
    expect(stream).toBe(`report-${reportIdOf(1)}`)
    expect(new Set(events.map(({ id }) => id)).size).toBe(2)
  })

  test('has nothing to say of bytes that are no report', () => {
    expect(recorded([createTransaction('report', Uint8Array.of(1, 2, 3)), failed])).toEqual([])
  })
})
