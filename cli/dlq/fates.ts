/** What the event log says became of messages: every lifecycle of the same bytes, and what blocks say of policies and reports. */
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import type { Genesis } from '../../domain/genesis.js'
import { asHeight, asPosition, type Position } from '../../domain/ids.js'
import { entryAfter } from '../../domain/policy/follow-policies.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import { rulesAt } from '../../domain/policy/rules-at.js'
import type { Origin } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { EventLog } from '../../eventlog/log.js'
import { isAnomalyEvent } from '../shared/ledger.js'

/** A policy or a report has no lifecycle: it is COMMITTED or, where execution or validators refused it, REJECTED. */
export type Fate = {
  readonly kind: 'anomaly' | 'policy' | 'report'
  readonly id: string
  readonly state: LifecycleState
  /** Null where only a block says so. */
  readonly origin: Origin | null
  readonly code: RejectCode | null
}

export type FateReader = {
  /** What the next block is judged by, as far as the log was read. */
  rules(): RulesNow
  /** Reads what was added to the log since. */
  readOn(): Promise<void>
  /** In the order in which the log tells them first. */
  of(messageHash: string): readonly Fate[]
}

type Entry = { readonly anomalyId: string; readonly origin: Origin | null; life: Anomaly; code: RejectCode | null }

export function createFateReader(log: Pick<EventLog, 'readAll'>, genesis: Genesis, messageHashes: Iterable<string>): FateReader {
  const byHash = new Map<string, (Entry | Fate)[]>([...messageHashes].map((hash) => [hash, []]))
  const entries = new Map<string, Entry>()
  let next: Position = asPosition(0)
  let height = 0
  let policies: Uint8Array | undefined
  return {
    async readOn() {
      for await (const { event, position } of log.readAll({ from: next })) {
        next = asPosition(position + 1)
        if (event.type === 'BlockCommitted') height = event.data.height
        if (event.type === 'PolicyRecorded') policies = entryAfter(policies, event.data)
        const other = fateIn(event)
        if (other !== undefined) byHash.get(other.messageHash)?.push(other.fate)
        if (!isAnomalyEvent(event)) continue
        const { anomalyId } = event.data
        const entry = entries.get(anomalyId)
        if (event.type === 'AnomalyPublished' && entry === undefined) {
          const { messageHash, origin } = event.data
          const ofThese = byHash.get(messageHash)
          if (ofThese === undefined) continue
          const begun: Entry = { anomalyId, origin, life: evolve(undefined, event), code: null }
          entries.set(anomalyId, begun)
          ofThese.push(begun)
        } else if (entry !== undefined) {
          entry.life = evolve(entry.life, event)
          if (event.type === 'AnomalyRejected') entry.code = event.data.code
        }
      }
    },
    rules: () => ({ rules: rulesAt(genesis, policies, asHeight(height + 1)), height: asHeight(height + 1) }),
    of: (messageHash) => (byHash.get(messageHash) ?? []).map((entry) =>
      'kind' in entry ? entry : { kind: 'anomaly', id: entry.anomalyId, state: entry.life.state, origin: entry.origin, code: entry.code }),
  }
}

/** Of messages that are no anomalies. */
function fateIn(event: DomainEvent): { readonly messageHash: string; readonly fate: Fate } | undefined {
  switch (event.type) {
    case 'PolicyRecorded': {
      const { policyId, messageHash, outcome, code } = event.data
      return { messageHash, fate: { kind: 'policy', id: policyId, state: outcome === 'applied' ? 'COMMITTED' : 'REJECTED', origin: null, code } }
    }
    case 'PolicyLapsed': return { messageHash: event.data.messageHash, fate: { kind: 'policy', id: event.data.policyId, state: 'EXPIRED', origin: event.data.origin, code: null } }
    case 'ReportRecorded': {
      const { reportId, messageHash, outcome } = event.data
      const code = outcome.kind === 'failed' ? outcome.code : null
      return { messageHash, fate: { kind: 'report', id: reportId, state: code === null ? 'COMMITTED' : 'REJECTED', origin: null, code } }
    }
    case 'MessageRefused': {
      const { kind, messageHash, origin, code } = event.data
      return { messageHash, fate: { kind, id: messageHash, state: 'REJECTED', origin, code } }
    }
    default: return undefined
  }
}
