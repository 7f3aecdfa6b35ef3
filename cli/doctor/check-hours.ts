/** The books of every producer hour by hour: what was published in an hour, and where it stands now. */
import { isBalanced, type LifecycleCounts } from '../../domain/anomaly/counts.js'
import { createLedger } from '../shared/ledger.js'
import { inWords } from './check-ledger.js'
import { count, fail, listed, ok } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

/** `hour` is its beginning, as `2026-01-31T09:00Z`. */
export type HourLine = LifecycleCounts & { readonly hour: string; readonly producer: string }

export type HoursCheck = LogVisitor & { lines(): readonly HourLine[] }

const HOUR = 13
const hourOf = (millis: number): string => `${new Date(millis).toISOString().slice(0, HOUR)}:00Z`

/** @param nameOf a producer's name, by its id */
export function checkHours(nameOf: (producerId: string) => string): HoursCheck {
  const ledger = createLedger(({ producerId, at }) => `${hourOf(at)} ${producerId ?? ''}`)
  const lines = (): readonly HourLine[] => [...ledger.byProducer()].map(([account, counts]) => {
    const [hour = '', producer = ''] = account.split(' ')
    return { hour: hour === '' ? 'never published' : hour, producer: nameOf(producer), ...counts }
  }).sort((a, b) => a.hour.localeCompare(b.hour) || a.producer.localeCompare(b.producer))

  return {
    visit: (entry) => { if (entry.kind === 'event') ledger.visit(entry.recorded.event) },
    finish() {
      const open = lines().filter((line) => !isBalanced(line))
      const hours = new Set(lines().map(({ hour }) => hour)).size
      return [open.length === 0
        ? ok('ledger hours', `${count(hours, 'hour')}, balanced in each for every producer`)
        : fail('ledger hours', `${listed(open.map((line) => `${line.hour} ${line.producer}: ${inWords(line)}`))} does not add up; the check of lifecycles names the anomalies`)]
    },
    lines,
  }
}
