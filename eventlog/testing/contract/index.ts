/** What every event log must do, whichever engine keeps it: adapters run this one suite. */
import { describe, test } from 'vitest'
import type { EventLog } from '../../log.js'
import { batchCases } from './batches.js'
import type { ContractCase, LogUnderTest, Rule } from './case.js'
import { engineCases } from './engines.js'
import { expectedRevisionCases } from './expected-revisions.js'
import { readingCases } from './reading.js'
import { retryCases } from './retries.js'
import { subscribingCases } from './subscribing.js'

export type { ContractCase, LogUnderTest, OpenOptions, Rule, World } from './case.js'

export const CONTRACT: readonly ContractCase[] = [...expectedRevisionCases, ...retryCases, ...batchCases, ...readingCases, ...subscribingCases, ...engineCases]

/** Runs one case on a log of its own; rejects where the log breaks it. */
export async function runCase({ run }: ContractCase, create: () => Promise<LogUnderTest>): Promise<void> {
  const subject = await create()
  const opened: EventLog[] = []
  const openAnother: LogUnderTest['open'] = async (options) => {
    const log = await subject.open(options)
    opened.push(log)
    return log
  }
  try {
    await run({ log: await openAnother(), openAnother, drop: () => subject.drop() })
  } finally {
    await Promise.all(opened.map((log) => log.close()))
    await subject.destroy()
  }
}

/** @param rules which; absent: all of them */
export function describeEventLogContract(name: string, create: () => Promise<LogUnderTest>, rules?: readonly Rule[]): void {
  describe(`event log contract: ${name}`, () => {
    for (const rule of rules ?? new Set(CONTRACT.map((one) => one.rule))) {
      describe(rule, () => {
        for (const one of CONTRACT.filter((each) => each.rule === rule)) test(one.name, () => runCase(one, create))
      })
    }
  })
}
