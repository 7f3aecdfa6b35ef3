/** The doctor's report for people: one line a check, the ledger as a table, and how many checks failed. */
import Table from 'cli-table3'
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import { count, type Finding } from './finding.js'
import type { DoctorReport } from './run-doctor.js'

export function renderReport({ checks, ledger, running }: DoctorReport, withLedger: boolean): string {
  const width = Math.max(...checks.map(({ check }) => check.length))
  const lines = checks.map(({ check, level, sentence }) => `${level.padEnd(4)}  ${check.padEnd(width)}  ${sentence}`)
  const of = (level: Finding['level']): number => checks.filter((finding) => finding.level === level).length
  return [
    ...lines,
    ...(withLedger && ledger !== undefined ? [renderLedger(ledger)] : []),
    `${running ? 'running' : 'stopped'}: ${count(checks.length, 'check')}, ${of('ok')} ok, ${count(of('warn'), 'warning')}, ${of('fail')} failed`,
  ].join('\n')
}

const COLUMNS = ['PUBLISHED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED', 'in flight', 'ever ADMITTED']
const cellsOf = ({ published, committed, rejected, timeout, expired, inFlight, admitted }: LifecycleCounts): number[] =>
  [published, committed, rejected, timeout, expired, inFlight, admitted]

function renderLedger({ total, producers, hours = [] }: NonNullable<DoctorReport['ledger']>): string {
  const table = new Table({ head: ['producer', ...COLUMNS], style: { head: [], border: [] } })
  for (const [name, account] of [...Object.entries(producers), ['all', total] as const]) table.push([name, ...cellsOf(account)])
  const byHour = new Table({ head: ['published in', 'producer', ...COLUMNS], style: { head: [], border: [] } })
  for (const line of hours) byHour.push([line.hour, line.producer, ...cellsOf(line)])
  return hours.length === 0 ? table.toString() : `${table.toString()}\n${byHour.toString()}`
}
