/** `cybermesh doctor`: what is wrong with a data folder or a running system, and what to do about it. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { createProgress } from '../shared/progress.js'

type Flags = DataFlag & JsonFlag & { readonly ledger?: boolean }

export function registerDoctor(program: Command): void {
  withJson(withData(program.command('doctor').description('check keys, votes, chains, event log and read models, and say what to do; exit code 1 if a check fails')))
    .option('--ledger', 'the books of every producer and hour, held against every message and dead letter of the topics; names what is missing or counted twice')
    .action(async (flags: Flags) => {
      const [{ runDoctor }, { renderReport }] = await Promise.all([import('../doctor/run-doctor.js'), import('../doctor/render.js')])
      const { ledger, ...report } = await runDoctor(flags.data, createProgress(), flags.ledger === true)
      const isAsked = flags.ledger === true && ledger !== undefined
      answer(flags, isAsked ? { ...report, ledger } : report, (value) => renderReport(value, isAsked))
      if (!report.ok) process.exitCode = 1
    })
}
