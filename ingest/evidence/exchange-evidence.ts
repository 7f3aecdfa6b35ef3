/** Evidence between validators: what one of them catches goes to all, since whoever leads next must have it. */
import { codeOfFault } from '../../domain/evidence/check-transaction.js'
import { encodeEvidence, viewOfEvidence, type Evidence } from '../../domain/evidence/evidence.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { Transaction } from '../../domain/transaction.js'
import type { Report } from '../../consensus/core/protocol.js'
import { gossip, listen } from '../../consensus/network/gossip.js'
import type { Mesh } from '../../consensus/network/mesh.js'
import { createEvidenceDesk, evidenceOf, type EvidenceDesk, type EvidenceDeskPorts } from './evidence-desk.js'

export type EvidenceExchange = Pick<EvidenceDesk, 'settle'> & {
  /** Files and passes on what a report of this validator's core proves. */
  onReport(report: Report): void
  /** Takes evidence that came among other transactions. @returns why it is refused. Throws DecodeError. */
  offer(tx: Transaction): RejectCode | undefined
}

export type EvidenceExchangePorts = EvidenceDeskPorts & {
  readonly mesh: Mesh
  /** The pool has something new. */
  onPooled(): void
  /** This validator caught another one, or itself. */
  onCaught?(caught: Pick<Evidence, 'kind' | 'offender'> & { readonly view: number }): void
}

export function exchangeEvidence({ mesh, onPooled, onCaught, ...ports }: EvidenceExchangePorts): EvidenceExchange {
  const desk = createEvidenceDesk(ports)
  listen(mesh, 'evidence', (bytes) => {
    const outcome = desk.receive(bytes)
    if (outcome.kind === 'refused') return { reason: outcome.fault, offence: 'forged' }
    // Not passed on: others may hold another proof against the same validator, and one is all that is needed.
    if (outcome.kind === 'enough') return { reason: 'enough', offence: undefined }
    onPooled()
    return undefined
  })
  return {
    onReport(report) {
      const evidence = evidenceOf(report, ports.set.epoch)
      if (evidence === undefined || desk.file(evidence).kind !== 'filed') return
      const { kind, offender } = evidence
      onCaught?.({ kind, offender, view: viewOfEvidence(evidence) })
      gossip(mesh, 'evidence', encodeEvidence(evidence))
      onPooled()
    },
    offer(tx) {
      const outcome = desk.receive(tx.bytes)
      return outcome.kind === 'refused' ? codeOfFault(outcome.fault) : undefined
    },
    settle: (block) => desk.settle(block),
  }
}
