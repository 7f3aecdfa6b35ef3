/** `cybermesh audit fsck`: everything again from the log and the genesis, and the first difference by name. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'

export function registerFsck(audit: Command): void {
  withJson(withData(audit.command('fsck').description('make everything of a stopped folder again from the log and the genesis, and name the first difference; exit code 1 if there is one')))
    .action(async (flags: DataFlag & JsonFlag) => {
      const [{ openExisting }, { runFsck }, { createProgress }] = await Promise.all([import('../data-folder/open.js'), import('../fsck/run-fsck.js'), import('../shared/progress.js')])
      const report = await runFsck(openExisting(flags.data), createProgress())
      answer(flags, report, ({ checked, difference }) => [
        ...checked.map(({ what, sentence }) => `ok  ${what}: ${sentence}`),
        difference === null ? 'no difference' : `first difference\n  where     ${difference.where}\n  expected  ${difference.expected}\n  found     ${difference.found}`,
      ].join('\n'))
      if (!report.ok) process.exitCode = 1
    })
}
