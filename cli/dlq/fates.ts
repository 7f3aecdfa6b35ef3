/** What the event log says became of messages: every lifecycle of the same bytes, and where it stands. */
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { Genesis } from '../../domain/genesis.js'
import { asHeight, asPosition, type Position } from '../../domain/ids.js'
import { entryAfter } from '../../domain/policy/follow-policies.js'
import { rulesAt, type RulesInForce } from '../../domain/policy/rules-at.js'
import type { Origin } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { EventLog } from '../../eventlog/log.js'
import { isAnomalyEvent } from '../shared/ledger.js'

export type Fate = { readonly anomalyId: string; readonly state: LifecycleState; readonly origin: Origin | null; readonly code: RejectCode | null }

export type FateReader = {
  /** The rules that the next block is judged by, as far as the log was read. */
  rules(): RulesInForce
  /** Reads what was added to the log since. */
  readOn(): Promise<void>
  /** In the order in which the lifecycles began. */
  of(messageHash: string): readonly Fate[]
}

type Entry = { readonly anomalyId: string; readonly origin: Origin | null; life: Anomaly; code: RejectCode | null }

export function createFateReader(log: Pick<EventLog, 'readAll'>, genesis: Genesis, messageHashes: Iterable<string>): FateReader {
  const byHash = new Map<string, Entry[]>([...messageHashes].map((hash) => [hash, []]))
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
    rules: () => rulesAt(genesis, policies, asHeight(height + 1)),
    of: (messageHash) => (byHash.get(messageHash) ?? []).map(({ anomalyId, life, origin, code }) => ({ anomalyId, state: life.state, origin, code })),
  }
}
