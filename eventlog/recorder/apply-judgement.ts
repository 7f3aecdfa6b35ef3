/** Turns what the receipts say into lifecycle events, where the lifecycle rule allows them. */
import type { AnomalyId, UnixMillis } from '../../domain/ids.js'
import { readAnomaly, type StoredReceipt } from './index/entries.js'
import type { RecorderContext } from './context.js'
import { judge } from './judge.js'
import type { Session } from './session.js'

const referenceOf = ({ validator, at, receipt }: StoredReceipt) => ({ validator, at, receipt })

export function applyJudgement(session: Session, anomalyId: AnomalyId, { refusalsNeeded }: RecorderContext, at: UnixMillis): void {
  const entry = readAnomaly(session.facts, anomalyId)
  if (entry?.life.state !== 'PUBLISHED') return
  const judgement = judge(session.facts, entry, refusalsNeeded)
  switch (judgement.kind) {
    case 'open':
      return
    case 'admitted':
      session.command(anomalyId, { type: 'admit', data: { anomalyId, by: { kind: 'receipt', receipt: referenceOf(judgement.by) }, at } })
      return
    case 'rejected': {
      const { code, by } = judgement
      session.command(anomalyId, { type: 'reject', data: { anomalyId, code, by: { kind: 'receipts', receipts: by.map(referenceOf) }, at } })
    }
  }
}
