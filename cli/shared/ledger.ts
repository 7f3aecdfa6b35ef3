/**
 * The books of the event log: what was published, by whom, and where it stands, folded from lifecycle events alone.
 * Published is counted from publications and the rest from where each anomaly ended, so a stream that breaks the
 * lifecycle shows as books that do not balance.
 */
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import { LIFECYCLE_STATES, type LifecycleState } from '../../domain/anomaly/events.js'
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import type { AnomalyEvent, DomainEvent, EventData } from '../../domain/events/schema.js'

export type StateCounts = Readonly<Record<LifecycleState, number>>

export type Ledger = {
  visit(event: DomainEvent): void
  total(): LifecycleCounts
  /** By producer id, '' for messages whose producer could not be told; or by what the books were opened for. */
  byProducer(): ReadonlyMap<string, LifecycleCounts>
  /** How many ever reached a state. */
  ever(): StateCounts
}

const STATE_OF: Readonly<Record<AnomalyEvent['type'], LifecycleState>> = {
  AnomalyPublished: 'PUBLISHED', AnomalyAdmitted: 'ADMITTED', AnomalyCommitted: 'COMMITTED',
  AnomalyRejected: 'REJECTED', AnomalyTimedOut: 'TIMEOUT', AnomalyExpired: 'EXPIRED',
}

const FIELD_OF: Readonly<Record<LifecycleState, 'inFlight' | 'committed' | 'rejected' | 'timeout' | 'expired'>> = {
  PUBLISHED: 'inFlight', ADMITTED: 'inFlight', COMMITTED: 'committed', REJECTED: 'rejected', TIMEOUT: 'timeout', EXPIRED: 'expired',
}

type OpenAccount = { -readonly [Field in keyof LifecycleCounts]: number }
const newAccount = (): OpenAccount => ({ published: 0, admitted: 0, committed: 0, rejected: 0, timeout: 0, expired: 0, inFlight: 0 })

export const isAnomalyEvent = (event: DomainEvent): event is AnomalyEvent => event.type in STATE_OF

type Published = EventData<'AnomalyPublished'>
const byProducerId = ({ producerId }: Published): string => producerId ?? ''

/** @param accountFor whose account a publication opens or adds to */
export function createLedger(accountFor: (published: Published) => string = byProducerId): Ledger {
  const lives = new Map<string, { readonly life: Anomaly; readonly account: OpenAccount }>()
  const accounts = new Map<string, OpenAccount>()
  const ever = Object.fromEntries(LIFECYCLE_STATES.map((state) => [state, 0])) as Record<LifecycleState, number>
  const accountOf = (producer: string): OpenAccount => {
    const account = accounts.get(producer) ?? newAccount()
    accounts.set(producer, account)
    return account
  }

  return {
    visit(event) {
      if (!isAnomalyEvent(event)) return
      const before = lives.get(event.data.anomalyId)
      const account = before?.account ?? accountOf(event.type === 'AnomalyPublished' ? accountFor(event.data) : '')
      const life = before === undefined && event.type !== 'AnomalyPublished' ? stray(event) : evolve(before?.life, event)
      if (before !== undefined) account[FIELD_OF[before.life.state]] -= 1
      account[FIELD_OF[life.state]] += 1
      if (event.type === 'AnomalyPublished') account.published += 1
      if (event.type === 'AnomalyAdmitted') account.admitted += 1
      ever[STATE_OF[event.type]] += 1
      lives.set(event.data.anomalyId, { life, account })
    },
    total: () => [...accounts.values()].reduce<OpenAccount>((sum, account) => {
      for (const field of Object.keys(sum) as (keyof LifecycleCounts)[]) sum[field] += account[field]
      return sum
    }, newAccount()),
    byProducer: () => new Map([...accounts].map(([producer, account]) => [producer, { ...account }])),
    ever: () => ({ ...ever }),
  }
}

/** An event of an anomaly that nobody published: counted where it says it stands. */
const stray = (event: AnomalyEvent): Anomaly => ({ state: STATE_OF[event.type], publishedAt: event.data.at, admittedAt: undefined })
