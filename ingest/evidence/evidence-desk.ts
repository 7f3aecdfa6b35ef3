/**
 * Where proven contradictions wait for a block: what this validator saw itself and what others show it. One proof
 * against an offender is enough, so at most one waits for each, however many it makes and whoever sends them.
 */
import type { Block } from '../../domain/block.js'
import { DecodeError } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import { checkEvidence, type EvidenceFault } from '../../domain/evidence/check-evidence.js'
import { decodeEvidence, evidenceTransaction, MAX_EVIDENCE_BYTES, type Evidence } from '../../domain/evidence/evidence.js'
import { readEvidenceBytes } from '../../domain/evidence/check-transaction.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { Epoch, ValidatorId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import type { Report } from '../../consensus/core/protocol.js'
import type { Mempool } from '../mempool/mempool.js'

export type EvidenceOutcome =
  | { readonly kind: 'filed'; readonly tx: Transaction }
  /** Its offender is jailed, or a proof against it waits already. */
  | { readonly kind: 'enough' }
  | { readonly kind: 'refused'; readonly fault: EvidenceFault }

export type EvidenceDesk = {
  /** Takes evidence, checks it, and puts it into the pool. */
  file(evidence: Evidence): EvidenceOutcome
  /** The same for bytes from outside. Throws DecodeError where they are no evidence. */
  receive(bytes: Uint8Array): EvidenceOutcome
  /** Call it for every committed block: what it carries needs no pool any more, and what found it full tries again. */
  settle(block: Block): void
  readonly size: number
}

export type EvidenceDeskPorts = {
  readonly set: ValidatorSet
  readonly verify: VerifySignature
  readonly mempool: Pick<Mempool, 'add'>
  /** As of the newest committed block. */
  isJailed(validator: ValidatorId): boolean
}

export function createEvidenceDesk({ set, verify, mempool, isJailed }: EvidenceDeskPorts): EvidenceDesk {
  const waiting = new Map<ValidatorId, Transaction>()
  const pool = (tx: Transaction): void => void mempool.add({ tx, producer: undefined, time: undefined })

  const file = (evidence: Evidence): EvidenceOutcome => {
    const { offender } = evidence
    // Asked first: checking signatures over and over is what a flood of copies is for.
    if (waiting.has(offender) || isJailed(offender)) return { kind: 'enough' }
    const check = checkEvidence(evidence, set, verify)
    if (!check.ok) return { kind: 'refused', fault: check.fault }
    const tx = evidenceTransaction(evidence)
    waiting.set(offender, tx)
    pool(tx)
    return { kind: 'filed', tx }
  }

  return {
    file,
    receive(bytes) {
      if (bytes.length > MAX_EVIDENCE_BYTES) throw new DecodeError('evidence', `${bytes.length} bytes exceed the limit of ${MAX_EVIDENCE_BYTES}`)
      return file(decodeEvidence(bytes))
    },
    settle({ transactions }) {
      for (const tx of transactions) {
        const offender = tx.kind === 'evidence' ? readEvidenceBytes(tx.bytes)?.offender : undefined
        if (offender !== undefined && waiting.get(offender)?.id === tx.id) waiting.delete(offender)
      }
      for (const tx of waiting.values()) pool(tx)
    },
    get size() {
      return waiting.size
    },
  }
}

/** What a report of the core proves, if anything. */
export function evidenceOf(report: Report, epoch: Epoch): Evidence | undefined {
  switch (report.kind) {
    case 'double-vote': {
      const { first, second } = report
      return { kind: 'duplicate-vote', offender: first.voter, a: { data: first.data, signature: first.signature }, b: { data: second.data, signature: second.signature } }
    }
    case 'double-proposal':
      return { kind: 'duplicate-proposal', offender: report.proposer, epoch, view: report.view, a: report.first, b: report.second }
    default:
      return undefined
  }
}
