/** Do the books balance: PUBLISHED = COMMITTED + REJECTED + TIMEOUT + EXPIRED + in flight, in all and for each producer? */
import { isBalanced, type LifecycleCounts } from '../../domain/anomaly/counts.js'
import type { Genesis } from '../../domain/genesis.js'
import { createLedger, type StateCounts } from '../shared/ledger.js'
import { count, fail, listed, ok, type Finding } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export type LedgerReport = { readonly total: LifecycleCounts; readonly producers: Readonly<Record<string, LifecycleCounts>> }

/** What the books said when the log was this long. */
export type LedgerMark = { readonly total: LifecycleCounts; readonly ever: StateCounts }

export type LedgerCheck = LogVisitor & {
  report(): LedgerReport
  markAt(length: number): LedgerMark | undefined
}

/** @param marks lengths of the log at which the books are kept, to be compared with read models that stand there */
export function checkLedger(genesis: Pick<Genesis, 'producers'>, marks: readonly number[]): LedgerCheck {
  const ledger = createLedger()
  const marked = new Map<number, LedgerMark>()
  const markIf = (length: number): void => { if (marks.includes(length)) marked.set(length, { total: ledger.total(), ever: ledger.ever() }) }
  const nameOf = producerNames(genesis)
  const report = (): LedgerReport => ({
    total: ledger.total(),
    producers: Object.fromEntries([...ledger.byProducer()].map(([producer, account]) => [nameOf(producer), account])),
  })
  markIf(0)

  return {
    visit(entry) {
      if (entry.kind === 'event') ledger.visit(entry.recorded.event)
      markIf(entry.position + 1)
    },
    finish: () => [judgeLedger(report())],
    report,
    markAt: (length) => marked.get(length),
  }
}

/** A producer's name by its id; '' is nobody's. */
export const producerNames = ({ producers }: Pick<Genesis, 'producers'>) => (producer: string): string =>
  producer === '' ? 'unknown' : producers.find(({ publicKey }) => publicKey === producer)?.name ?? producer

export function judgeLedger({ total, producers }: LedgerReport): Finding {
  const open = Object.entries({ 'all producers': total, ...producers }).filter(([, account]) => !isBalanced(account))
  return open.length === 0
    ? ok('ledger', `${inWords(total)}; balanced for ${count(Object.keys(producers).length, 'producer')}`)
    : fail('ledger', `${listed(open.map(([name, account]) => `${name}: ${inWords(account)}`))} does not add up; the check of lifecycles names the anomalies`)
}

export const inWords = (account: LifecycleCounts): string =>
  `${account.published} published = ${account.committed} committed + ${account.rejected} rejected + ${account.timeout} timed out + ${account.expired} expired + ${account.inFlight} in flight`
